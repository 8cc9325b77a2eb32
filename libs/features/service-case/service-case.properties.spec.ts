import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventDefinition, NewEvent } from '#libs/kernel/event.ts';
import { DEFAULT_CALENDARS, DEFAULT_SLA } from '#libs/features/policy/policy.events.ts';
import { advance, NO_CLOCKS, observe } from '#libs/features/sla/sla.events.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { fieldsOfSentence } from '#libs/kernel/sentence.ts';
import { MONDAY_9_IN_SHANGHAI, nothingConsulted, recorded } from '#libs/testing/given-when-then.ts';
import { Compile } from 'typebox/compile';
import { clockFactOf } from './clock-facts.ts';
import { allowedIn } from './rules.ts';
import type { ServiceCaseEvent } from './service-case.events.ts';
import { serviceCaseEvents } from './service-case.events.ts';
import type { ServiceCase } from './service-case.state.ts';
import { evolve, noCase } from './service-case.state.ts';
import { serviceCase } from './service-case.ts';
import { serviceCases } from './service-cases.projection.ts';
import { PRIORITIES } from './vocabulary.ts';

const STATUSES: { readonly [Status in ServiceCase['status']]: true } = {
  ...{ unknown: true, received: true, identified: true, assigned: true, 'in-progress': true, waiting: true },
  ...{ solved: true, confirmed: true, evaluated: true, closed: true },
};

const reason = fc.constantFrom('because', '客户要求');
const message = fc.record({ channel: fc.constantFrom('phone', 'chat'), text: fc.constant('hello') });
/** A valid body for every command: what is refused then is refused for the state. */
const BODIES: { readonly [name: string]: fc.Arbitrary<object> } = {
  receive: fc.record(
    {
      ...{ kind: fc.constant('consultation'), channel: fc.constant('chat'), subjectLine: fc.constant('Hi') },
      customerId: fc.constant('customer-1'),
    },
    { requiredKeys: ['kind', 'channel', 'subjectLine'] },
  ),
  'identify-customer': fc.constant({ customerId: 'customer-2' }),
  identify: fc.record({ priority: fc.constantFrom(...PRIORITIES), reason }),
  reclassify: fc.record({ type: fc.constantFrom('x', 'y'), complexity: fc.constantFrom('routine', 'complex'), reason }),
  'change-priority': fc.record({ priority: fc.constantFrom(...PRIORITIES), reason }),
  assign: fc.record({ assigneeId: fc.constantFrom('wang', 'chen'), reason }),
  unassign: fc.record({ reason }),
  'loosen-deadlines': fc.record({ reason }),
  'hand-over': fc.record({ team: fc.constantFrom('east', 'west'), reason }),
  start: fc.constant({}),
  'wait-for-customer': fc.record({ reason }),
  'wait-for-others': fc.record({ reason }),
  resume: fc.constant({}),
  'record-customer-message': message,
  'send-answer': message,
  'send-automatic-answer': message,
  'add-note': fc.constant({ text: 'note' }),
  'record-attachment': fc.constant({
    ...{ fileName: 'a.txt', mediaType: 'text/plain', sizeBytes: 1, sha256: 'b'.repeat(64), from: 'staff' },
  }),
  solve: fc.constant({ resultCode: 'solved', solution: 'done' }),
  'confirm-solution': fc.record({ by: fc.constantFrom('customer', 'no-answer') }),
  'refuse-solution': fc.record({ reason }),
  evaluate: fc.record({ score: fc.integer({ min: 1, max: 5 }) }),
  'record-no-evaluation': fc.constant({}),
  'record-retrospective': fc.constant({ cause: 'a', wentWell: 'b', toImprove: 'c' }),
  'sign-execution-record': fc.constant({ problem: 'a', result: 'b' }),
  close: fc.constant({}),
  reopen: fc.record({ reason }),
};

interface Asked {
  readonly name: string;
  readonly body: object;
}
const anything: fc.Arbitrary<Asked> = fc.oneof(
  ...Object.entries(BODIES).map(([name, body]) => fc.record({ name: fc.constant(`service-case.${name}`), body })),
);
/** Most wishes are for a step that the state allows, so that sequences get far. */
const sequences = fc.array(fc.record({ asked: anything, lucky: fc.nat(3).map((roll) => roll > 0), pick: fc.nat() }), {
  maxLength: 80,
  size: 'max',
});

type Sequence = readonly { readonly asked: Asked; readonly lucky: boolean; readonly pick: number }[];

const stranger = fc.constant({ kind: 'consultation', channel: 'chat', subjectLine: 'Hi' });
const EXAMPLES = Object.fromEntries(
  Object.entries({ ...BODIES, receive: stranger }).map(([name, body]) => [
    `service-case.${name}`,
    fc.sample(body, { seed: 1, numRuns: 1 })[0]!,
  ]),
);

const circumstances = (now: string, name: string) => ({
  ...{ now, id: '42', tenant: 'test', origin: 'command' as const, actor: { id: 'sun', grants: [] } },
  consulted: {
    ...nothingConsulted(serviceCase.commands[name]!),
    ...{ customer: { exists: true, refused: false }, earlierCase: { exists: true } },
  },
});

/** What an unset field of a row is. */
const absent = Object.fromEntries(
  [
    'team',
    'assigneeId',
    'customerId',
    'type',
    'firstResponseAt',
    'lastCustomerMessageAt',
    'waitingSince',
    'closedAt',
  ].map((name) => [name, undefined]),
);

/** Runs the wishes; calls back after each with what was allowed before, what was decided and where it led. */
const run = (
  sequence: Sequence,
  look: (name: string, before: ServiceCase, decision: unknown, after: ServiceCase) => void,
): { state: ServiceCase; events: ServiceCaseEvent[] } => {
  let state = noCase;
  const events: ServiceCaseEvent[] = [];
  for (const [index, { asked, lucky, pick }] of sequence.entries()) {
    const steps = allowedIn(state).filter((name) => serviceCase.commands[name]?.commutative !== true);
    const name = lucky ? steps[pick % steps.length]! : asked.name;
    const body = lucky ? EXAMPLES[name]! : asked.body;
    const now = addMinutes(MONDAY_9_IN_SHANGHAI, index * 60);
    const decision = serviceCase.commands[name]!.decide(body, state, circumstances(now, name));
    const before = state;
    if (!isRejection(decision))
      for (const event of decision as readonly NewEvent[]) {
        const placed = recorded('service-case', '42', events.length, { occurredAt: now, ...event }) as ServiceCaseEvent;
        events.push(placed);
        state = evolve(state, placed);
      }
    look(name, before, decision, state);
  }
  return { state, events };
};

describe('any sequence of commands', () => {
  it('covers every command that people and programs may send', () =>
    expect(Object.keys(EXAMPLES).sort()).toEqual(
      Object.entries(serviceCase.commands)
        .filter(([, { internal }]) => internal !== true)
        .map(([name]) => name)
        .sort(),
    ));

  it('reaches declared states only, and takes what they allow and nothing else [C2]', () =>
    fc.assert(
      fc.property(sequences, (sequence) => {
        run(sequence, (name, before, decision, after) => {
          expect(STATUSES).toHaveProperty(after.status);
          const allowed = allowedIn(before);
          if (allowed.includes(name)) expect(decision).not.toHaveProperty('rejected');
          else expect(decision).toMatchObject({ rejected: true, kind: 'state', allowed });
        });
      }),
      { numRuns: 200 },
    ));

  it('gets everywhere: each status and each command is among the sequences tried', () => {
    const seen = new Set<string>();
    const accepted = new Set<string>();
    for (const sequence of fc.sample(sequences, { seed: 7, numRuns: 200 }))
      run(sequence, (name, before, decision) => {
        seen.add(before.status);
        if (!isRejection(decision)) accepted.add(name);
      });
    expect([...seen].sort()).toEqual(Object.keys(STATUSES).sort());
    expect([...accepted].sort()).toEqual(Object.keys(EXAMPLES).sort());
  });

  it('writes only facts that fit their schema', () => {
    const checks = new Map(
      Object.entries(serviceCaseEvents.definitions).map(([type, { data }]) => [type, Compile(data)] as const),
    );
    fc.assert(
      fc.property(sequences, (sequence) => {
        for (const event of run(sequence, () => undefined).events)
          expect([event.type, checks.get(event.type)!.Check(event.data)]).toEqual([event.type, true]);
      }),
    );
  });

  it('records the clocks that its facts give when they are judged anew [SLA 1]', () =>
    fc.assert(
      fc.property(sequences, (sequence) => {
        const { state, events } = run(sequence, () => undefined);
        const policies = { sla: DEFAULT_SLA, calendar: DEFAULT_CALENDARS };
        let team: string | undefined;
        let clocks = NO_CLOCKS;
        for (const event of events) {
          const fact = clockFactOf(event, team);
          if (fact !== undefined) clocks = advance(clocks, fact, policies).clocks;
          if ('team' in event.data) ({ team } = event.data);
        }
        const last = addMinutes(MONDAY_9_IN_SHANGHAI, (sequence.length - 1) * 60);
        expect(state.status === 'unknown' ? NO_CLOCKS : observe(state.clocks, last).clocks).toEqual(
          observe(clocks, last).clocks,
        );
      }),
      { numRuns: 200 },
    ));

  it('leads to the same state when it is replayed, and to a list row that agrees with it', () =>
    fc.assert(
      fc.property(sequences, (sequence) => {
        const { state, events } = run(sequence, () => undefined);
        expect(events.reduce(evolve, noCase)).toEqual(state);
        const row = events.reduce<object | undefined>(
          (before, event) => foldEvent(serviceCases, before as never, event as never, '42'),
          undefined,
        );
        if (state.status === 'unknown') return expect(row).toBeUndefined();
        const { status, team, assigneeId, customerId, priority, complexity, type, tier, receivedAt } = state;
        expect({ ...absent, ...row }).toMatchObject({
          status,
          team,
          assigneeId,
          customerId,
          priority,
          complexity,
          type,
          tier,
          receivedAt,
        });
        expect({ ...absent, ...row }).toMatchObject({
          ...{ reopenCount: state.cycle - 1, assignmentCount: state.assignments, messageCount: state.messages },
          ...{ firstResponseAt: state.firstResponseAt, lastCustomerMessageAt: state.lastCustomerMessageAt },
          waitingSince: state.status === 'waiting' ? state.waitingSince : undefined,
          closedAt: state.status === 'closed' ? state.closedBy : undefined,
        });
      }),
    ));

  it('evolves whatever facts come in whatever order, without changing the state before', () => {
    const pool = fc.sample(sequences, { seed: 7, numRuns: 100 }).flatMap((each) => run(each, () => undefined).events);
    expect(new Set(pool.map(({ type }) => type)).size).toBeGreaterThan(20);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pool), { maxLength: 30 }), (events) => {
        let state: ServiceCase = Object.freeze(noCase);
        for (const event of events) {
          state = Object.freeze(evolve(state, event));
          expect(STATUSES).toHaveProperty(state.status);
        }
        expect(events.reduce(evolve, noCase)).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });
});

describe('every fact', () => {
  const definitions = Object.entries<EventDefinition>(serviceCaseEvents.definitions);

  it.each(definitions)('%s is told in both languages by fields that it has', (_type, { data, says, meaning }) => {
    const fields = Object.keys((data as unknown as { properties: object }).properties);
    for (const template of [says.en, says['zh-CN']])
      expect(fields).toEqual(expect.arrayContaining([...fieldsOfSentence(template)]));
    expect(new Set(fieldsOfSentence(says.en))).toEqual(new Set(fieldsOfSentence(says['zh-CN'])));
    expect(meaning).toMatch(/\.$/);
  });
});
