import { asking } from '../asking.ts';
import { cell } from '../output.ts';
import type { Output } from '../output.ts';
import { EXIT } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

export const listDeadLetters = async (output: Output, globals: GlobalOptions): Promise<void> =>
  asking(globals, { readOnly: true, purpose: 'care dlq list' }, async (ledger) => {
    const deadLetters = await ledger.deadLetters();
    if (output.json) return output.document({ deadLetters });
    if (deadLetters.length === 0) return output.line('No event is parked.');
    output.table(
      ['position', 'read model', 'subject', 'event', 'reason'],
      deadLetters.map(({ position, projection, subject, type, reason }) => [
        String(position),
        projection,
        subject,
        type,
        cell(reason, 80),
      ]),
    );
    output.remark('After the fix: care dlq retry.');
  });

/** Exit code 1 where some stay parked. */
export const retryDeadLetters = async (output: Output, globals: GlobalOptions): Promise<ExitCode> =>
  asking(globals, { readOnly: false, purpose: 'care dlq retry' }, async (ledger) => {
    const { taken, parked } = await ledger.retryDeadLetters();
    if (output.json) output.document({ taken, parked });
    else output.line(`${taken} events went through, ${parked} stay parked.`);
    return parked === 0 ? EXIT.done : EXIT.failed;
  });
