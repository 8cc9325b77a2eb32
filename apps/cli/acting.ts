import type { GlobalOptions } from './global-options.ts';
import { wrongUsage } from './problem.ts';

/** `--as` names who acts in a folder; a server is told by the token. */
export const checkActor = ({ as, url }: Pick<GlobalOptions, 'as' | 'url'>): void => {
  if (as === undefined) return;
  if (url !== undefined)
    throw wrongUsage(
      '--as is for the ledger in a folder.',
      'Behind a server the token says who acts: care token --user.',
    );
  if (!/^[\x21-\x7e]{1,200}$/.test(as))
    throw wrongUsage(`--as ${as} is not an id.`, 'Give 1 to 200 visible ASCII characters.');
};
