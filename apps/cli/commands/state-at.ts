import { asking } from '../asking.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';
import { momentOf } from './history.ts';
import type { MomentOptions } from './history.ts';

export const stateAt = async (
  output: Output,
  globals: GlobalOptions,
  stream: string,
  options: MomentOptions,
): Promise<void> => {
  const moment = momentOf(options);
  await asking(globals, { readOnly: true, purpose: 'care state-at' }, async (ledger) => {
    const state = await ledger.stateOf(stream, moment);
    if (state === undefined)
      throw notFound(
        `There is no stream ${stream}${moment.asOf === undefined && moment.asAt === undefined ? '' : ' at that moment'}.`,
        'A stream is named like service-case-<id>, customer-<id>, user-<id>, team-<id>.',
      );
    if (output.json) return output.document(state);
    output.line(`${state.stream} at revision ${state.revision}`);
    output.line(JSON.stringify(state.state, undefined, 2));
    if (moment.asOf === undefined && moment.asAt === undefined)
      output.line(`Allowed now: ${state.allowed.join(', ') || 'nothing'}`);
  });
};
