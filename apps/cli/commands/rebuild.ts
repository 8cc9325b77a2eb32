import { asking } from '../asking.ts';
import type { Output } from '../output.ts';
import { startProgress } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { EXIT } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

/** Exit code 1 where a rebuilt read model differs from the one it replaces: the same fold must give the same documents. */
export const rebuild = async (
  output: Output,
  globals: GlobalOptions,
  collection: string | undefined,
): Promise<ExitCode> =>
  asking(globals, { readOnly: false, purpose: 'care rebuild' }, async (ledger) => {
    let progress: Progress | undefined;
    let starting: Promise<unknown> | undefined;
    const reports = await ledger.rebuild(collection, (done, total) => {
      starting ??= startProgress('rebuild', total, 'events', output.json).then((bar) => (progress = bar));
      progress?.update(done);
    });
    await starting;
    progress?.stop();
    if (output.json) output.document({ rebuilt: reports });
    else
      output.table(
        ['read model', 'events', 'documents', 'different', 'seconds'],
        reports.map(({ collection: name, events, documents, different, seconds }) =>
          [name, events, documents, different, seconds.toFixed(1)].map(String),
        ),
      );
    const differing = reports.filter(({ different }) => different > 0).map(({ collection: name }) => name);
    if (differing.length === 0) return EXIT.done;
    output.remark(
      `care: differs from what it replaces: ${differing.join(', ')}. The fold changed, or the old one was altered.`,
    );
    return EXIT.failed;
  });
