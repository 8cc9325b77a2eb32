import fc from 'fast-check';
import { complaint } from '#libs/features/complaint/complaint.ts';
import { DEFAULT_SLA, DESK_SLA } from '#libs/features/policy/policy.events.ts';
import type { SlaDocument } from '#libs/features/policy/policy.events.ts';
import { serviceCase } from '#libs/features/service-case/service-case.ts';
import type { ClockSet } from '#libs/features/sla/sla.events.ts';
import type { Aggregate } from '#libs/kernel/aggregate.ts';
import type { LedgerEvent, NewEvent } from '#libs/kernel/event.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { nothingConsulted, recorded } from './given-when-then.ts';

/** Cases and complaints that random commands made, their clocks judged as the ledger judges them. */
export interface JudgedMatters {
  /** In store order. */
  readonly events: readonly LedgerEvent[];
  /** By the matter's id: what the aggregate itself holds at the end. */
  readonly clocks: ReadonlyMap<string, ClockSet>;
  /** By the matter's id: who has it at the end. */
  readonly owners: ReadonlyMap<string, { readonly team?: string; readonly assigneeId?: string }>;
}

const START: Instant = '2026-01-29T01:00:00.000Z';
const minutes = (count: number) => ({ minutes: count, counts: 'calendar-time' }) as const;

/** Promises about everything that can be timed. */
const EVERYTHING: SlaDocument = {
  ...DEFAULT_SLA,
  version: 'everything@1',
  rules: DEFAULT_SLA.rules.map((rule) => ({
    ...rule,
    ...{ nextResponse: minutes(300), updateCadence: minutes(2_880), internal: minutes(600) },
  })),
  complaint: { ...DEFAULT_SLA.complaint, startsAt: 'acceptance' },
};

const effective = (document: SlaDocument, afterMinutes: number) => {
  const moment = addMinutes(START, afterMinutes);
  return {
    ...{ version: document.version, document, department: 'customer-relations', applicantId: 'olga' },
    ...{ status: 'effective', effectiveFrom: moment, takesEffectAt: moment },
  };
};

interface Wish {
  readonly name: string;
  /** Chooses among the variants of a body, and among what is allowed. */
  readonly pick: number;
  /** The command of that name, one of those that are allowed, or the next on the way to the end. */
  readonly luck: 'named' | 'allowed' | 'onward';
  readonly afterMinutes: number;
}
type Bodies = { readonly [name: string]: (pick: number, now: Instant) => object };

const of = <T>(pick: number, ...choices: readonly [T, ...T[]]): T => choices[pick % choices.length]!;
const reason = 'because';
const why = 'because';
const message = { channel: 'chat', text: 'Hello' };

const CASE_BODIES: Bodies = {
  receive: (pick) => ({
    ...{ kind: of(pick, 'consultation', 'after-sales'), channel: 'chat', subjectLine: 'Hi', reference: 'SC-1' },
    ...{ customerId: 'customer-1', priority: of(pick, 'low', 'critical', 'high') },
  }),
  identify: () => ({}),
  'change-priority': (pick) => ({ priority: of(pick, 'critical', 'high', 'moderate', 'low'), reason }),
  reclassify: (pick) => ({ complexity: of(pick, 'routine', 'complex'), reason }),
  assign: (pick) => ({ assigneeId: of(pick, 'wang', 'chen', 'li'), reason }),
  unassign: () => ({ reason }),
  'hand-over': (pick) => ({ team: of(pick, 'east', 'west', 'north'), reason }),
  start: () => ({}),
  'wait-for-customer': () => ({ reason }),
  resume: () => ({}),
  // Some are entered late.
  'record-customer-message': (pick, now) => ({ ...message, sentAt: addMinutes(now, -of(pick, 0, 30, 2_000)) }),
  'send-answer': () => message,
  solve: () => ({ resultCode: 'solved', solution: 'done' }),
  'confirm-solution': () => ({ by: 'customer' }),
  'refuse-solution': () => ({ reason }),
  evaluate: () => ({ score: 4 }),
  'record-retrospective': () => ({ cause: 'a', wentWell: 'b', toImprove: 'c' }),
  'sign-execution-record': () => ({ problem: 'a', result: 'b' }),
  close: () => ({}),
  reopen: () => ({ reason }),
  'loosen-deadlines': () => ({ reason }),
  'observe-clocks': () => ({}),
  'follow-tier': () => ({}),
};
const COMPLAINT_BODIES: Bodies = {
  file: (pick) => ({
    ...{ channel: 'phone', category: of(pick, 'delivery', 'price'), severity: of(pick, 'minor', 'critical') },
    ...{ description: '…', reference: 'CP-1', customerId: 'customer-1' },
  }),
  assign: (pick) => ({ responsibleId: of(pick, 'mei', 'bo'), team: of(pick, 'east', 'west', 'north') }),
  'change-severity': (pick) => ({ severity: of(pick, 'minor', 'critical'), why }),
  accept: (pick) => (pick % 2 === 0 ? {} : { responsibleId: 'lin' }),
  'begin-investigation': () => ({}),
  'begin-handling': () => ({}),
  'record-finding': () => ({ finding: 'founded', cause: 'product', explanation: '…' }),
  'set-plan': (_pick, now) => ({ plan: '…', completeBy: addMinutes(now, 1_000) }),
  'record-no-corrective-action': () => ({ why }),
  'send-answer': () => message,
  'send-final-answer': () => ({ ...message, remedy: 'none' }),
  'pass-review': () => ({}),
  close: () => ({}),
  withdraw: () => ({ why }),
  reopen: () => ({ why }),
  'loosen-deadlines': () => ({ reason, why }),
  'observe-clocks': () => ({}),
  'follow-tier': () => ({}),
};

// The furthest first: some of the earlier ones are always allowed.
const TO_THE_END_OF_A_CASE: readonly string[] = [
  ...['close', 'sign-execution-record', 'record-retrospective', 'evaluate', 'confirm-solution', 'wait-for-customer'],
  ...['solve', 'start', 'assign', 'identify'],
];
const TO_THE_END_OF_A_COMPLAINT: readonly string[] = [
  ...['close', 'pass-review', 'send-final-answer', 'begin-handling', 'set-plan', 'begin-investigation', 'accept'],
  ...['record-no-corrective-action', 'record-finding'],
];

const KINDS = {
  'service-case': {
    aggregate: serviceCase as Aggregate,
    bodies: CASE_BODIES,
    opening: 'receive',
    onward: TO_THE_END_OF_A_CASE,
  },
  complaint: {
    aggregate: complaint as Aggregate,
    bodies: COMPLAINT_BODIES,
    opening: 'file',
    onward: TO_THE_END_OF_A_COMPLAINT,
  },
} as const;

const wishesFor = (bodies: Bodies): fc.Arbitrary<readonly Wish[]> =>
  fc.array(
    fc.record({
      name: fc.constantFrom(...Object.keys(bodies)),
      pick: fc.nat(100),
      luck: fc.constantFrom('named', 'allowed', 'onward'),
      afterMinutes: fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 0, max: 90 }) },
        { weight: 1, arbitrary: fc.integer({ min: 90, max: 6_000 }) },
      ),
    }),
    { maxLength: 25, size: 'max' },
  );
const matter = fc.oneof(
  fc.record({ category: fc.constant('service-case' as const), opening: fc.nat(100), wishes: wishesFor(CASE_BODIES) }),
  fc.record({ category: fc.constant('complaint' as const), opening: fc.nat(100), wishes: wishesFor(COMPLAINT_BODIES) }),
);
const plans = fc.record({
  matters: fc.array(matter, { minLength: 1, maxLength: 4 }),
  policies: fc.constantFrom<readonly object[]>(
    [],
    [effective(DESK_SLA, 2_000)],
    [effective(EVERYTHING, 0)],
    [effective(EVERYTHING, 0), effective(DESK_SLA, 4_000)],
    [effective(DESK_SLA, 500), effective(EVERYTHING, 9_000)],
  ),
});

const carriedOut = ({ matters, policies }: typeof plans extends fc.Arbitrary<infer P> ? P : never): JudgedMatters => {
  const decided: { readonly now: Instant; readonly event: LedgerEvent }[] = [];
  const clocks = new Map<string, ClockSet>();
  const owners = new Map<string, { team?: string; assigneeId?: string }>();
  for (const [index, { category, opening, wishes }] of matters.entries()) {
    const { aggregate, bodies, opening: first, onward } = KINDS[category];
    const id = `${category}-${index}`;
    let state: unknown = aggregate.initial;
    let now = addMinutes(START, index * 700);
    let revision = 0;
    let sent = 0;
    for (const wish of [{ name: first, pick: opening, luck: 'named' as const, afterMinutes: 0 }, ...wishes]) {
      now = addMinutes(now, wish.afterMinutes);
      const allowed = aggregate.allowedIn(state).map((name) => name.slice(category.length + 1));
      const possible = allowed.filter((name) => name in bodies);
      const name =
        (wish.luck === 'allowed'
          ? possible[wish.pick % possible.length]
          : wish.luck === 'onward'
            ? onward.find((step) => possible.includes(step))
            : undefined) ?? wish.name;
      const command = aggregate.commands[`${category}.${name}`]!;
      const tier = of(wish.pick + index, 'A', 'B', 'C');
      const decision = command.decide(bodies[name]!(wish.pick, now), state, {
        ...{
          now,
          id,
          tenant: 'test',
          origin: 'command',
          actor: { id: name === 'pass-review' ? 'mo' : 'sun', grants: [] },
        },
        consulted: {
          ...nothingConsulted(command),
          ...{ customer: { exists: true, refused: false, tier, team: 'east' }, slaPolicies: { versions: policies } },
        },
      });
      if (isRejection(decision)) continue;
      sent += 1;
      for (const event of decision as readonly NewEvent[]) {
        const bare = recorded(category, id, revision, { occurredAt: now, ...event });
        const placed = { ...bare, metadata: { ...bare.metadata, commandId: `${id}/${sent}` } };
        revision += 1;
        state = aggregate.evolve(state, placed);
        decided.push({ now, event: placed });
      }
    }
    const end = state as { clocks: ClockSet; team?: string; assigneeId?: string; responsibleId?: string };
    const assigneeId = end.assigneeId ?? end.responsibleId;
    clocks.set(id, end.clocks);
    owners.set(id, {
      ...(end.team === undefined ? {} : { team: end.team }),
      ...(assigneeId === undefined ? {} : { assigneeId }),
    });
  }
  const events = decided
    .sort((a, b) => (a.now < b.now ? -1 : a.now > b.now ? 1 : 0))
    .map(({ event }, place) => ({ ...event, position: place + 1 }));
  return { events, clocks, owners };
};

export const judgedMatters: fc.Arbitrary<JudgedMatters> = plans.map(carriedOut);
