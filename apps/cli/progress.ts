/** How far long work has come: a bar on stderr when that is a terminal, otherwise nothing. */
export interface Progress {
  update(done: number, details?: { readonly [name: string]: string | number }): void;
  stop(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** `unit` follows the figures, e.g. `events`; `total` undefined: unknown beforehand. */
export const startProgress = async (label: string, total: number, unit: string, quiet: boolean): Promise<Progress> => {
  if (quiet || !process.stderr.isTTY) return silent;
  const { SingleBar, Presets } = await import('cli-progress');
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: `${label} {bar} {percentage} % · {value}/{total} ${unit} · {eta_formatted}{said}`,
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
  bar.start(Math.max(total, 1), 0, { said: '' });
  return {
    update: (done, details = {}) =>
      bar.update(Math.min(done, total), {
        said: Object.entries(details)
          .map(([name, value]) => ` · ${name} ${value}`)
          .join(''),
      }),
    stop: () => bar.stop(),
  };
};
