import { fork } from 'node:child_process';

/** Runs a file as a process of its own until it tells of that round, or a later one, and kills it a moment later. */
export const liveUntil = (
  child: URL,
  args: readonly string[],
  round: number,
  momentMs: number,
): Promise<{ readonly round: number; readonly killed: boolean }> =>
  new Promise((resolve, reject) => {
    const running = fork(child, [...args], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let reached = 0;
    let isDoomed = false;
    let complaint = '';
    running.stderr!.on('data', (data: Buffer) => (complaint += data.toString()));
    running.on('message', (message) => {
      reached = Number(message);
      if (isDoomed || reached < round) return;
      isDoomed = true;
      setTimeout(() => running.kill('SIGKILL'), momentMs);
    });
    running.on('error', reject);
    running.on('exit', (code, signal) => {
      if (signal === 'SIGKILL' || code === 0) resolve({ round: reached, killed: signal === 'SIGKILL' });
      else reject(new Error(complaint));
    });
  });
