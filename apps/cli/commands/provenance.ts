import type { Language } from '../asked.ts';
import { asking } from '../asking.ts';
import type { GlobalOptions } from '../global-options.ts';
import type { Output } from '../output.ts';
import { notFound } from '../problem.ts';
import { idOfReference, momentOf } from './history.ts';
import type { MomentOptions } from './history.ts';

/** Where a field has its value from: event, command, actor, approval, policy, source. */
export const provenance = async (
  output: Output,
  globals: GlobalOptions,
  readModel: string,
  name: string,
  field: string,
  options: MomentOptions & { readonly lang: Language },
): Promise<void> => {
  const moment = momentOf(options);
  await asking(globals, { readOnly: true, purpose: 'care provenance' }, async (ledger) => {
    const ask = (id: string) => ledger.provenance(readModel, id, field, options.lang, moment);
    let found = await ask(name);
    if (found === undefined) {
      const id = await idOfReference(ledger, name);
      if (id !== undefined) found = await ask(id);
    }
    if (found === undefined)
      throw notFound(
        `${readModel} has no document ${name}${moment.asOf === undefined && moment.asAt === undefined ? '' : ' at that moment'}.`,
        `Find one with: care query ${readModel}.`,
      );
    if (output.json) return output.document(found);
    for (const line of found.lines) output.line(line);
  });
};
