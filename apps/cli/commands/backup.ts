import type { GlobalOptions } from '../global-options.ts';
import type { Output } from '../output.ts';

export const backup = async (
  output: Output,
  globals: GlobalOptions,
  target: string,
  options: { readonly keys: boolean },
): Promise<void> => {
  const { backUpData, backUpKeys } = await import('#apps/server/back-up.ts');
  const made = options.keys
    ? await backUpKeys(globals.data, target, process.env['CARE_ERASURE_LIST'])
    : await backUpData(globals.data, target);
  if (output.json) return output.document({ target, ...made });
  output.line(
    options.keys
      ? `The keys are in ${target}. Keep them apart from the data: whoever has both reads everything.`
      : `${made.events} events, and what proves them, are in ${target}. The keys are not: care backup --keys.`,
  );
};
