import { EXIT } from './problem.ts';

/**
 * A parent that was killed hard cannot pass the signal on: `npx` under a killed shell, or the launcher. The program must not
 * live on unseen and hold the folder.
 */
const endWithParent = (): void => {
  const end = () => process.kill(process.pid, 'SIGTERM');
  if (process.send !== undefined && process.channel !== undefined) {
    process.on('disconnect', end);
    process.channel?.unref();
  }
  if (process.env['npm_lifecycle_event'] === 'npx') {
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      end();
    }, 250);
    watch.unref();
  }
};

// A reader such as `head` that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

endWithParent();
const { run } = await import('./program.ts');
process.exitCode = await run(process.argv.slice(2));
