import { openSqliteEventStore } from '#libs/adapters/event-store-sqlite/event-store-sqlite.ts';
import { epochMsOf } from '#libs/kernel/instant.ts';
import type { Told } from './expected-climb.ts';
import type { ExpectedNotice } from './expected-notices.ts';
import { messageLine, noticeContent, noticeLine, toldLine } from './lines.ts';
import type { Track } from './story.ts';

export interface Recorded {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: { readonly [field: string]: unknown };
  readonly occurredAt: string;
  readonly recordedAt: string;
}

/** Every event of a ledger, in order. */
export const eventsIn = async (folder: string): Promise<readonly Recorded[]> => {
  const store = await openSqliteEventStore({ file: `${folder}/ledger.db`, readOnly: true });
  const events: Recorded[] = [];
  for await (const page of store.readAll())
    for (const { stream, revision, type, data, metadata } of page)
      events.push({
        ...{ stream, revision, type, data: JSON.parse(data) as Recorded['data'] },
        ...(JSON.parse(metadata) as Pick<Recorded, 'occurredAt' | 'recordedAt'>),
      });
  await store.close();
  return events;
};

/** Streams have the ids of matters, lines their references. */
const referencesIn = (events: readonly Recorded[]): ReadonlyMap<string, string> =>
  new Map(
    events
      .filter(({ type }) => type === 'service-case.received.v1' || type === 'complaint.filed.v1')
      .map(({ stream, data }) => [stream, data['reference'] as string]),
  );

/** `service-case-<id>.resolution.1`, `complaint-<id>.emergency`. */
const climbOf = (escalationId: string): { readonly about: string; readonly of: Track } => {
  const [about, clock, cycle] = escalationId.split('.');
  return { about: about!, of: clock === 'emergency' ? 'emergency' : { clock: clock!, cycle: Number(cycle) } };
};

interface EscalationData {
  readonly level?: number;
  readonly fromLevel?: number;
  readonly round?: number;
  readonly because?: string;
  readonly progress?: string;
  readonly acknowledgedBy?: string;
  readonly stoodDownBy?: string;
  readonly raisedBy?: string;
  readonly percent?: number;
  readonly revision?: number;
  readonly tier?: 'A' | 'B' | 'C';
  readonly urgent?: boolean;
  readonly drill?: true;
  readonly channels?: readonly string[];
  readonly acknowledgement?: boolean;
  readonly recipients?: readonly {
    readonly rule: string;
    readonly originalId?: string;
    readonly recipientId?: string;
    readonly how: string;
  }[];
}

const toldIn = (events: readonly Recorded[], references: ReadonlyMap<string, string>): readonly string[] => {
  const rounds = new Map<string, number>();
  return events
    .filter(({ type }) => type.startsWith('escalation.'))
    .map(({ stream, type, data, occurredAt }) => {
      const of = data as EscalationData;
      if (of.round !== undefined) rounds.set(stream, of.round);
      const { about, of: track } = climbOf(stream.slice('escalation-'.length));
      const fact = type.split('.')[1] as Told['fact'];
      return toldLine({
        ...{
          at: epochMsOf(occurredAt),
          matter: references.get(about)!,
          of: track,
          round: rounds.get(stream) ?? 1,
          fact,
        },
        ...{ tier: of.tier, urgent: of.urgent ?? false },
        ...{ level: of.level ?? of.fromLevel, because: of.because ?? of.progress },
        ...{ by: of.acknowledgedBy ?? of.stoodDownBy ?? of.raisedBy },
        ...(fact === 'begun' ? {} : { percent: of.percent }),
        ...{ revision: of.revision, channels: of.channels, acknowledgement: of.acknowledgement, drill: of.drill },
        recipients: of.recipients?.map(({ rule, originalId: original, recipientId: reached, how }) => ({
          ...{ rule, original, reached, how },
        })),
      });
    });
};

interface NoticeData {
  readonly recipientId: string;
  readonly template: string;
  readonly cause: string;
  readonly about: { readonly kind: string; readonly id: string };
  readonly urgency: 'crisis' | 'urgent' | 'ordinary';
  readonly classA: boolean;
  readonly channels: readonly string[];
  readonly needsAcknowledgement: boolean;
  readonly deliverAt: string;
  readonly timing: string;
  readonly facts: {
    readonly clock?: string;
    readonly level?: number;
    readonly percent?: number;
    readonly problem?: string;
    readonly standsInFor?: string;
    readonly drill?: true;
    readonly count?: number;
    readonly since?: string;
  };
}

/** A notice names its clock, not its run or round, and an alert its matter alone: lines of both sides leave those out. */
export const withoutRun = <Each extends Pick<ExpectedNotice, 'of' | 'cause'>>({ of, ...rest }: Each) => ({
  ...rest,
  ...(of === undefined || of === 'emergency' || rest.cause === 'operations'
    ? {}
    : { of: { clock: of.clock, cycle: 0 } }),
});

const noticeIn = ({ recordedAt, data }: Recorded, references: ReadonlyMap<string, string>): ExpectedNotice => {
  const { recipientId, about, facts, deliverAt, ...rest } = data as unknown as NoticeData;
  const { clock, since, ...said } = facts;
  return {
    ...{ ...rest, ...said, at: epochMsOf(recordedAt), recipient: recipientId, deliverAt: epochMsOf(deliverAt) },
    about: references.get(`${about.kind}-${about.id}`) ?? about.id,
    ...(clock === undefined ? {} : { of: { clock, cycle: 0 } }),
    ...(since === undefined ? {} : { since: epochMsOf(since) }),
  };
};

export interface RecordedYear {
  readonly told: readonly string[];
  readonly notices: readonly string[];
  /** Without what hangs on when they were given. */
  readonly noticeContents: readonly string[];
  readonly messages: readonly string[];
}

/** What a ledger recorded, as lines. */
export const recordedYear = (events: readonly Recorded[]): RecordedYear => {
  const references = referencesIn(events);
  const notices = new Map(
    events
      .filter(({ type }) => type === 'notice.given.v1')
      .map((event) => [event.stream.slice('notice-'.length), noticeIn(event, references)]),
  );
  const ends = new Map<string, string>();
  for (const { stream, type, data } of events)
    if (/^delivery\.(delivered|bounced|dead-lettered)\.v1$/.test(type))
      ends.set(stream, type === 'delivery.dead-lettered.v1' ? (data['why'] as string) : type.split('.')[1]!);
  return {
    told: toldIn(events, references),
    notices: [...notices.values()].map(noticeLine),
    noticeContents: [...notices.values()].map(noticeContent),
    messages: events
      .filter(({ type }) => type === 'delivery.requested.v1')
      .map(({ stream, data, recordedAt }) => {
        const told = (data['noticeIds'] as readonly string[]).map((id) => notices.get(id)!);
        const recipient = data['recipientId'] as string;
        const message = { at: epochMsOf(recordedAt), recipient, notices: told };
        return messageLine(message, data['channel'] as string, ends.get(stream) ?? 'pending');
      }),
  };
};
