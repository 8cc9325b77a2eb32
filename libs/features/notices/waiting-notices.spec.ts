import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMinutes, epochMsOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { NoticeGiven } from './notice-events.ts';
import { noticeDeliverySaga } from './notice-delivery.saga.ts';
import { nextDueAt, NOTHING_WAITS, sendDue, takeNotice } from './waiting-notices.ts';
import type { Message, Waiting } from './waiting-notices.ts';

const start = '2026-03-02T02:00:00.000Z';
const after = (minutes: number) => addMinutes(start, minutes);

interface Arrival {
  readonly minute: number;
  readonly cause: string;
  readonly urgency?: NoticeGiven['urgency'];
  readonly classA?: boolean;
  /** When it is due; default: five minutes on, or at once. */
  readonly dueMinute?: number;
}

const given = (
  { minute, cause, urgency = 'urgent', classA = false, dueMinute }: Arrival,
  stormFrom: number,
): NoticeGiven => {
  const breaks = urgency === 'crisis' || (urgency === 'urgent' && classA);
  return {
    ...{ recipientId: 'lina', cause: 'deadline', about: { kind: 'service-case', id: cause }, urgency, classA },
    ...{ template: 'deadline-near', facts: {}, channels: ['inbox', 'smtp'], needsAcknowledgement: false },
    ...{ deliverAt: after(dueMinute ?? (breaks ? minute : minute + 5)), timing: breaks ? 'at-once' : 'grouped' },
    ...{ groupWithinMinutes: 5, stormFrom },
  };
};

type Sent = { readonly minute: number; readonly message: Message };

/** Lives through the arrivals, in order of time, with a timer that fires when it is due. */
const liveThrough = (arrivals: readonly Arrival[], stormFrom = 20) => {
  let waiting: Waiting = NOTHING_WAITS;
  const sent: Sent[] = [];
  let largest = 0;
  const fireUntil = (until: Instant | undefined) => {
    for (
      let due = nextDueAt(waiting);
      due !== undefined && (until === undefined || due <= until);
      due = nextDueAt(waiting)
    ) {
      const taken = sendDue(waiting, due);
      waiting = taken.waiting;
      const minute = (epochMsOf(due) - epochMsOf(start)) / 60_000;
      sent.push(...taken.messages.map((message) => ({ minute, message })));
    }
  };
  for (const [index, arrival] of arrivals.entries()) {
    const at = after(arrival.minute);
    fireUntil(at);
    const taken = takeNotice(waiting, { id: `n${index}`, at, data: given(arrival, stormFrom) });
    waiting = taken.waiting;
    largest = Math.max(largest, JSON.stringify(waiting).length);
    sent.push(...taken.messages.map((message) => ({ minute: arrival.minute, message })));
  }
  fireUntil(undefined);
  return { sent, largest };
};
const briefly = ({ minute, message }: Sent) =>
  message.kind === 'digest'
    ? `${minute}: digest of ${message.count}`
    : `${minute}: ${message.notices.map(({ noticeId }) => noticeId).join('+')}${message.untold === 0 ? '' : `+${message.untold} more`}`;
const told = (arrivals: readonly Arrival[], stormFrom?: number) => liveThrough(arrivals, stormFrom).sent.map(briefly);
const many = (count: number, change: Partial<Arrival> = {}): Arrival[] =>
  Array.from({ length: count }, (_, index) => ({ minute: 0, cause: `c${index}`, ...change }));

describe('notices to one recipient', () => {
  it('of one cause within the time are one message, of another cause another [SLA 12]', () =>
    expect(
      told([
        { minute: 0, cause: 'c1' },
        { minute: 1, cause: 'c2' },
        { minute: 3, cause: 'c1' },
        { minute: 7, cause: 'c1' },
      ]),
    ).toEqual(['5: n0+n2', '6: n1', '12: n3']));

  it('are one message however many there are of one cause, as long as it is no storm', () =>
    expect(told(many(15, { cause: 'c1' }))).toEqual(['5: n0+n1+n2+n3+n4+n5+n6+n7+n8+n9+5 more']));

  it('in a storm become one digest [SLA 12]', () => {
    expect(told(many(19))).toHaveLength(19);
    expect(told(many(20))).toEqual(['5: digest of 20']);
    expect(
      told([...many(12), ...many(9, { minute: 4 }).map((each, index) => ({ ...each, cause: `d${index}` }))]),
    ).toEqual(['5: digest of 21']);
  });

  it('of a whole night of quiet hours become one digest in the morning, and the state does not grow with them [SLA 12]', () => {
    const night = many(500).map((each, index) => ({ ...each, minute: index, dueMinute: 600 }));
    const { sent, largest } = liveThrough(night);
    expect(sent.map(briefly)).toEqual(['600: digest of 500']);
    expect(largest).toBeLessThan(8_000);
  });

  it('about class-A urgent cases go out at once, until nobody could read more: then the rest is one digest [SLA 12]', () => {
    const rush = many(25).map((each, index) => ({ ...each, minute: index / 10, classA: true }));
    const lines = told(rush);
    expect(lines.slice(0, 20)).toEqual(rush.slice(0, 20).map(({ minute }, index) => `${minute}: n${index}`));
    expect(lines.slice(20)).toEqual(['5: digest of 5']);
  });

  it('in a crisis are never held back [SLA 12]', () =>
    expect(told(many(30, { urgency: 'crisis' }))).toEqual(many(30).map((_, index) => `0: n${index}`)));

  it('that are not urgent do not come early with those that are', () =>
    expect(
      told([
        { minute: 0, cause: 'c1', urgency: 'ordinary', dueMinute: 600 },
        { minute: 1, cause: 'c1' },
      ]),
    ).toEqual(['6: n1', '600: n0']));
});

/** The same, slowly: every notice in one list, with the batch that it went to; nothing is ever summed up or let go. */
const slowly = (arrivals: readonly Arrival[], stormFrom: number): string[] => {
  interface Item {
    readonly id: string;
    readonly cause: string;
    readonly lane: string;
    readonly due: number;
    readonly batch: number;
  }
  let waiting: Item[] = [];
  const opened: number[] = [];
  const lines: string[] = [];
  const inBatch = (batch: number) => waiting.filter((item) => item.batch === batch);
  const tick = (minute: number) => {
    for (const batch of [...new Set(waiting.map((item) => item.batch))]) {
      const items = inBatch(batch);
      const isStorm = storms.has(batch);
      if (isStorm ? stormDue.get(batch)! > minute : items.every(({ due }) => due > minute)) continue;
      if (isStorm) {
        lines.push(`${minute}: digest of ${items.length}`);
        waiting = waiting.filter((item) => item.batch !== batch);
        continue;
      }
      for (const cause of [...new Set(items.map((item) => item.cause))]) {
        const group = items.filter((item) => item.cause === cause);
        if (group[0]!.due > minute) continue;
        const ids = group.map(({ id }) => id);
        lines.push(`${minute}: ${ids.slice(0, 10).join('+')}${ids.length > 10 ? `+${ids.length - 10} more` : ''}`);
        waiting = waiting.filter((item) => !group.includes(item));
      }
    }
  };
  const storms = new Set<number>();
  const stormDue = new Map<number, number>();
  const last = Math.max(0, ...arrivals.map(({ minute, dueMinute = 0 }) => Math.max(minute + 5, dueMinute)));
  for (let minute = 0; minute <= last; minute += 1) {
    tick(minute);
    for (const [index, { minute: at, cause, urgency = 'urgent', dueMinute = at + 5 }] of arrivals.entries()) {
      if (at !== minute) continue;
      const ofCause = waiting.find((item) => item.lane === urgency && item.cause === cause && !storms.has(item.batch));
      const ofTime = opened.findIndex(
        (open, batch) => open <= dueMinute && dueMinute <= open + 5 && inBatch(batch)[0]?.lane === urgency,
      );
      const batch = ofCause?.batch ?? (ofTime >= 0 ? ofTime : opened.push(dueMinute) - 1);
      waiting.push({ id: `n${index}`, cause, lane: urgency, due: dueMinute, batch });
      if (inBatch(batch).length >= stormFrom && !storms.has(batch)) {
        storms.add(batch);
        const firstOfEach = [...new Map([...inBatch(batch)].reverse().map((item) => [item.cause, item.due])).values()];
        stormDue.set(batch, Math.min(...firstOfEach));
      }
    }
  }
  return lines;
};

it('group and gather as a slow walk through one long list does, and each is told exactly once [SLA 12]', () => {
  const arrival = fc.record({
    minute: fc.nat(40),
    cause: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    urgency: fc.constantFrom<'urgent' | 'ordinary'>('urgent', 'ordinary'),
    late: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(arrival, { maxLength: 60, size: 'max' }),
      fc.integer({ min: 2, max: 9 }),
      (drawn, stormFrom) => {
        const arrivals = drawn
          .map(({ late, ...rest }) => (late ? { ...rest, dueMinute: Math.max(30, rest.minute + 5) } : rest))
          .sort((a, b) => a.minute - b.minute);
        const { sent } = liveThrough(arrivals, stormFrom);
        expect(sent.map(briefly).sort()).toEqual(slowly(arrivals, stormFrom).sort());
        const count = sent.reduce(
          (sum, { message }) =>
            sum + (message.kind === 'digest' ? message.count : message.notices.length + message.untold),
          0,
        );
        expect(count).toBe(arrivals.length);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('the process that gathers', () => {
  const event = (id: string, minute: number, data: NoticeGiven) => ({
    type: 'notice.given.v1',
    streamId: id,
    recordedAt: after(minute),
    data,
  });
  const react = (state: Waiting, input: object) => noticeDeliverySaga.react(state, input, 'lina');

  it('waits for the time, then asks for one message a channel, under ids that follow from the notice [SLA 14]', () => {
    const first = react(
      NOTHING_WAITS,
      event('n1', 0, { ...given({ minute: 0, cause: 'c1' }, 20), channels: ['inbox', 'smtp', 'wecom'] }),
    );
    expect(first.outputs).toEqual([{ kind: 'schedule', key: 'send', dueAt: after(5), payload: {} }]);
    const due = react(first.state, { type: 'timer', key: 'send', dueAt: after(5), payload: {} });
    expect(due.outputs).toMatchObject([
      { kind: 'command', name: 'delivery.request', body: { recipientId: 'lina', channel: 'smtp', untold: 0 } },
      { kind: 'command', name: 'delivery.request', body: { recipientId: 'lina', channel: 'wecom' } },
    ]);
    expect(react(first.state, { type: 'timer', key: 'send', dueAt: after(5), payload: {} })).toEqual(due);
  });

  it('does nothing for a notice that is for the inbox only', () =>
    expect(
      react(NOTHING_WAITS, event('n1', 0, { ...given({ minute: 0, cause: 'c1' }, 20), channels: ['inbox'] })),
    ).toEqual({
      state: NOTHING_WAITS,
      outputs: [],
    }));

  it('gives a digest as a notice of its own, which goes out at once', () => {
    let state: Waiting = NOTHING_WAITS;
    for (let index = 0; index < 20; index += 1)
      state = react(state, event(`n${index}`, 0, given({ minute: 0, cause: `c${index}` }, 20))).state;
    const { outputs } = react(state, { type: 'timer', key: 'send', dueAt: after(5), payload: {} });
    expect(outputs).toMatchObject([
      {
        name: 'notice.give',
        body: { template: 'digest', facts: { count: 20, since: after(0) }, about: { kind: 'inbox', id: 'lina' } },
      },
    ]);
    const digest = { ...given({ minute: 5, cause: 'x' }, 20), template: 'digest' as const, deliverAt: after(5) };
    expect(react(NOTHING_WAITS, event('d1', 5, digest)).outputs).toMatchObject([{ name: 'delivery.request' }]);
  });
});
