import { hash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { mayAct } from '#libs/kernel/actor.ts';
import type { Role } from '#libs/kernel/actor.ts';
import { headIn } from '#libs/kernel/signed-note.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Clock } from '#libs/ports/clock.ts';
import type { EventStore } from '#libs/ports/event-store.ts';
import type { Filter, ReadModels } from '#libs/ports/read-models.ts';
import type { ReadableLog } from '#libs/ports/transparency-log.ts';
import type { Decode } from './codec.ts';
import { BUNDLE_FORMAT, sealedIn } from './evidence-bundle.ts';
import type { EvidenceBundle } from './evidence-bundle.ts';
import { AccessDenied } from './ledger.ts';
import type { CommandOutcome, CommandRequest, Disclosed, Viewer } from './ledger.ts';
import { makeBundle, NotYetSigned } from './make-bundle.ts';
import type { PlainLanguage } from './plain-language.ts';
import { ERASED, MASKED, TAMPERED } from './seal.ts';
import type { Sealer } from './seal.ts';
import type { Showing } from './showing.ts';

/** Who may hand evidence out. */
export const DISCLOSERS: readonly Role[] = ['auditor', 'privacy-officer', 'legal'];

/** The head of the log as the program keeps it beside the store, opened anew for each export. */
export interface LogForEvidence {
  open(): Promise<ReadableLog>;
  publicKey(): Promise<string>;
  rotations(): Promise<readonly string[]>;
}

interface DisclosingPorts {
  readonly tenant: string;
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly clock: Clock;
  readonly decode: Decode;
  readonly sealer: Sealer;
  readonly showing: Showing;
  readonly language: PlainLanguage;
  readonly log: LogForEvidence;
  /** `editionOf` the words that reports are in. */
  readonly edition: string;
  /** Rejects with AccessDenied. */
  readonly checkMayRead: (stream: string, viewer: Viewer) => Promise<unknown>;
  readonly caughtUp: () => Promise<void>;
  readonly execute: (request: CommandRequest) => Promise<CommandOutcome>;
}

const AUDIT_TRAIL = 'audit-trail';
/** Where the versions of policies stand. */
const POLICY_STREAMS = ['policy-', 'tier-policy-'];
const longestWaitMs = 5_000;
const lookEveryMs = 250;
const notShown: ReadonlySet<unknown> = new Set([MASKED, ERASED, TAMPERED]);

/** Hands evidence about a customer out: the bundle is made, put on the register, and only then given. */
export const disclosingWith = (ports: DisclosingPorts) => {
  const { tenant, store, models, clock, decode, sealer, showing, language, log } = ports;

  const streamsAbout = async (id: string): Promise<readonly string[]> => {
    const filters: readonly Filter[] = [{ subject: id }, { aggregateId: id }];
    const found = await Promise.all(filters.map((filter) => models.groupCounts(AUDIT_TRAIL, filter, 'stream')));
    return [...new Set(found.flat().map(({ value }) => value as string))].sort();
  };

  /** The newest event may be a moment ahead of the head that covers it. */
  const madeOnceSigned = async (streams: readonly string[]) => {
    const untilMs = performance.now() + longestWaitMs;
    for (;;)
      try {
        return await makeBundle({ store, log: await log.open(), sealer }, streams, POLICY_STREAMS);
      } catch (error) {
        if (!(error instanceof NotYetSigned) || performance.now() > untilMs) throw error;
        await sleep(lookEveryMs);
      }
  };

  /** The keys of the values that the viewer may see; that they are shown goes on record. */
  const keysShownTo = async (
    { events, fieldKeys }: Pick<EvidenceBundle, 'events' | 'fieldKeys'>,
    viewer: Viewer,
    id: string,
  ): Promise<EvidenceBundle['fieldKeys']> => {
    const tokens = events.flatMap(({ data }) => sealedIn(JSON.parse(data)));
    const byValue = Object.fromEntries(tokens.map((token) => [token.$sealed, token])) as JsonObject;
    const shown = (await showing.show(byValue, viewer, { kind: 'export', of: id })) as JsonObject;
    return Object.fromEntries(Object.entries(fieldKeys).filter(([sealed]) => !notShown.has(shown[sealed])));
  };

  const register = async (bundle: EvidenceBundle, text: string, viewer: Viewer): Promise<string> => {
    const { origin, size } = headIn(bundle.head);
    const outcome = await ports.execute({
      name: 'disclosure.register',
      commandId: randomUUID(),
      actor: viewer.actor,
      ...(viewer.purpose === undefined ? {} : { purpose: viewer.purpose }),
      body: {
        subjectId: bundle.subject,
        ...{ recipient: bundle.recipient, purpose: bundle.purpose, bundleSha256: hash('sha256', text) },
        events: bundle.events.length,
        disclosedValues: Object.keys(bundle.fieldKeys).length,
        ...{ logOrigin: origin, logSize: size },
      },
    });
    if (!outcome.accepted) throw new Error(outcome.message);
    return outcome.id;
  };

  return async (
    id: string,
    viewer: Viewer,
    { recipient, purpose }: { readonly recipient: string; readonly purpose: string },
  ): Promise<Disclosed | undefined> => {
    if (!mayAct(viewer.actor, DISCLOSERS, undefined))
      throw new AccessDenied(
        `${viewer.actor.id} may not hand evidence out: it needs one of the roles ${DISCLOSERS.join(', ')}.`,
      );
    await ports.caughtUp();
    const streams = await streamsAbout(id);
    if (streams.length === 0) return undefined;
    for (const stream of streams) await ports.checkMayRead(stream, viewer);
    const made = await showing.asOne(viewer, { kind: 'export', of: id }, async (looking) => {
      const proven = await madeOnceSigned(streams);
      const fieldKeys = await keysShownTo(proven, looking, id);
      const told = proven.events.map(({ position, stream, revision, id: eventId, type, data, metadata }) =>
        decode({ position, stream, revision, id: eventId, type, data, metadata, storedAt: clock.now() }),
      );
      const names = await language.namesOf(
        [...new Set([id, viewer.actor.id, ...told.flatMap(language.idsIn)])],
        looking,
      );
      const bundle: EvidenceBundle = {
        ...{ format: BUNDLE_FORMAT, tenant, subject: id, exportedAt: clock.now(), exportedBy: viewer.actor.id },
        ...{ recipient, purpose, edition: ports.edition, ...proven, fieldKeys },
        ...{ rotations: await log.rotations(), publicKey: await log.publicKey() },
        names: Object.fromEntries([...names].sort(([a], [b]) => (a < b ? -1 : 1))),
      };
      return { bundle, text: JSON.stringify(bundle) };
    });
    return { disclosureId: await register(made.bundle, made.text, viewer), bundle: made.text };
  };
};
