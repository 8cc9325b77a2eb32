import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { ABC_POLICY_ID } from '#libs/features/tiering/tiering.events.ts';
import { deriveId } from '#libs/kernel/identifiers.ts';
import { canonicalJson } from '#libs/kernel/json.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { localViewer, openFolder } from '../local-ledger.ts';
import { parseMoment } from '../moments.ts';
import type { Output } from '../output.ts';
import { Problem, notFound } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

/** A JSON object from a file. */
export const readPolicy = async (file: string): Promise<JsonObject> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw notFound(`There is no file ${file}.`, 'Check the path.');
    throw error;
  }
  try {
    return JSON.parse(text) as JsonObject;
  } catch (error) {
    throw new Problem(`${file} is not JSON: ${(error as Error).message}.`, { next: 'Correct the file.' });
  }
};

/** Puts a version of the A/B/C scheme in force; the same version with the same content again changes nothing. */
export const publishTiers = async (
  output: Output,
  globals: GlobalOptions,
  file: string,
  { from }: { readonly from?: string },
): Promise<void> => {
  const policy = await readPolicy(file);
  const ledger = await openFolder(globals.data, { purpose: 'care policy' });
  try {
    const effectiveFrom = from === undefined ? ledger.now() : parseMoment(from, '--from');
    const { actor } = localViewer(globals);
    const content = createHash('sha256')
      .update(canonicalJson({ policy, effectiveFrom, actor: actor.id }))
      .digest('hex');
    const outcome = await ledger.execute({
      ...{ name: 'tier-policy.publish', id: ABC_POLICY_ID, actor, body: { policy, effectiveFrom } },
      commandId: deriveId(ledger.tenant, `policy/abc/${content}`),
    });
    if (!outcome.accepted) throw new Problem(`${outcome.message} (${outcome.code})`);
    await ledger.caughtUp();
    const isNew = outcome.events > 0 && outcome.repeated !== true;
    if (output.json) output.document({ version: policy['version'], effectiveFrom, published: isNew });
    else output.line(isNew ? `In force from ${effectiveFrom}.` : 'This version is published already.');
  } finally {
    await ledger.close();
  }
};
