import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LADDERS } from '#libs/features/policy/policy.events.ts';
import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { foldEvent } from '#libs/kernel/projection.ts';
import type { NewEvent } from '#libs/kernel/event.ts';
import { given, recorded } from '#libs/testing/given-when-then.ts';
import { inbox } from './inbox.projection.ts';
import { notice } from './notice.ts';
import { noticeIdFor, OPERATORS } from './notices.events.ts';
import type { GiveNotice } from './notices.events.ts';
import type { KnownUser, User } from '#libs/features/staff/staff.events.ts';
import type { Personal } from '#libs/kernel/sealed.ts';

const linaHours = { zone: 'Asia/Shanghai', windows: [{ weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] };
const user = (more: Partial<KnownUser>): User => ({
  ...{ status: 'active', displayName: '李娜' as Personal, grants: [], deputies: [], absences: [] },
  ...more,
});
const nobodyKnown: User = { status: 'unknown' };
const lina = user({ workingHours: linaHours });

const body = (change: Partial<GiveNotice> = {}): GiveNotice => ({
  recipientId: 'lina',
  cause: 'deadline',
  about: { kind: 'service-case', id: 'c1' },
  urgency: 'ordinary',
  classA: false,
  template: 'deadline-near',
  facts: { reference: 'INC0000073', clock: 'first-response', percent: 75 },
  channels: ['inbox', 'smtp'],
  needsAcknowledgement: false,
  ...change,
});

const policyOf = (notices: LadderDocument['notices']) => ({
  versions: [
    { status: 'effective', document: { ...DEFAULT_LADDERS, notices }, effectiveFrom: '2020-01-01T00:00:00.000Z' },
  ],
});

const give = (
  change: Partial<GiveNotice>,
  now: string,
  whoever: User = lina,
  ladders: object = { versions: [] },
  past: readonly NewEvent[] = [],
) =>
  given(
    notice,
    noticeIdFor('lina', 'k'),
  )(...past).when('notice.give', body(change) as never, {
    now,
    consulted: { user: whoever, ladders },
  });
const whenGiven = (change: Partial<GiveNotice>, now: string, whoever?: User) => {
  const [event] = give(change, now, whoever).decision as readonly { data: { deliverAt: string; timing: string } }[];
  return [event!.data.deliverAt, event!.data.timing];
};

// A Monday; 09:00 in Shanghai is 01:00Z.
const at = (day: string, utc: string) => `2026-03-${day}T${utc}:00.000Z`;

describe('a notice', () => {
  it('waits five minutes for others of its cause, by default [SLA 12]', () => {
    expect(whenGiven({}, at('02', '02:00'))).toEqual([at('02', '02:05'), 'grouped']);
  });

  it('that is not urgent goes out in the recipient’s own hours only [SLA 12]', () => {
    expect(whenGiven({}, at('02', '10:30'))).toEqual([at('03', '01:00'), 'in-own-hours']);
    // Friday evening: Monday morning.
    expect(whenGiven({}, at('06', '10:30'))).toEqual([at('09', '01:00'), 'in-own-hours']);
  });

  it('that is urgent goes out outside the recipient’s own hours, but not in quiet hours [SLA 12]', () => {
    expect(whenGiven({ urgency: 'urgent' }, at('02', '10:30'))).toEqual([at('02', '10:35'), 'grouped']);
    // 21:30 in Shanghai: 08:00 the next day.
    expect(whenGiven({ urgency: 'urgent' }, at('02', '13:30'))).toEqual([at('03', '00:00'), 'after-quiet-hours']);
  });

  it('about a class-A urgent case, or a crisis, comes through quiet hours at once [SLA 12]', () => {
    expect(whenGiven({ urgency: 'urgent', classA: true }, at('02', '13:30'))).toEqual([at('02', '13:30'), 'at-once']);
    expect(whenGiven({ urgency: 'crisis' }, at('02', '18:00'))).toEqual([at('02', '18:00'), 'at-once']);
    expect(whenGiven({ urgency: 'ordinary', classA: true }, at('02', '13:30'))).toEqual([
      ...[at('03', '01:00'), 'in-own-hours'],
    ]);
  });

  it('keeps to quiet hours where nobody knows when the recipient works', () => {
    expect(whenGiven({}, at('01', '10:30'), nobodyKnown)).toEqual([at('01', '10:35'), 'grouped']);
    expect(whenGiven({}, at('01', '13:30'), nobodyKnown)).toEqual([at('02', '00:00'), 'after-quiet-hours']);
  });

  it('keeps to the recipient’s own wall clock', () => {
    const berlin = { zone: 'Europe/Berlin', windows: [{ weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }] };
    expect(whenGiven({}, at('02', '02:00'), user({ workingHours: berlin }))).toEqual([
      at('02', '08:00'),
      'in-own-hours',
    ]);
  });

  it('reaches whoever works in quiet hours only, then', () => {
    const night = { zone: 'Asia/Shanghai', windows: [{ weekdays: [1, 2, 3, 4, 5], from: '22:00', to: '24:00' }] };
    expect(whenGiven({}, at('02', '02:00'), user({ workingHours: night }))).toEqual([
      at('02', '14:00'),
      'in-own-hours',
    ]);
  });

  it('is timed by the ladder policy of that moment, and says by which', () => {
    const { decision } = give({}, at('02', '13:30'), nobodyKnown, policyOf({ groupWithinMinutes: 2, stormFrom: 3 }));
    expect(decision).toMatchObject([
      {
        data: { deliverAt: at('02', '13:32'), groupWithinMinutes: 2, stormFrom: 3 },
        policyVersions: { ladder: 'ladder-default@1' },
      },
    ]);
  });

  const was = {
    type: 'notice.given.v1',
    data: { ...body(), deliverAt: at('02', '01:05'), timing: 'grouped', groupWithinMinutes: 5, stormFrom: 20 },
  };
  const actor = (id: string, role: 'agent' | 'operator' = 'agent'): Actor => ({ id, grants: [{ role, team: '*' }] });
  const about = { kind: 'service-case', id: 'c1' };

  it('given again under the same key is no new notice [SLA 14]', () => {
    give({ template: 'deadline-missed' }, at('02', '02:00'), lina, { versions: [] }, [was]).then();
    expect(noticeIdFor('lina', 'k')).toBe(noticeIdFor('lina', 'k'));
    expect(noticeIdFor('bo', 'k')).not.toBe(noticeIdFor('lina', 'k'));
  });

  it('for somebody who works here no more goes to the operators, and says for whom it was', () =>
    expect(
      give({}, at('02', '02:00'), user({ status: 'deactivated', workingHours: linaHours })).decision,
    ).toMatchObject([{ data: { recipientId: OPERATORS, intendedFor: 'lina' } }]));

  it('by an unknown channel is refused', () =>
    give({ channels: ['inbox', 'pager' as never] }, at('02', '02:00')).thenRejected('notice.unknown-channel', {
      field: 'channels',
    }));

  it('is read and acknowledged by whom it is for, once, and by nobody else [SLA 10]', () => {
    const acknowledged = {
      type: 'notice.acknowledged.v1',
      data: { recipientId: 'lina', acknowledgedBy: 'lina', cause: 'deadline', about },
    };
    const read = { type: 'notice.read.v1', data: { recipientId: 'lina' } };
    given(notice)(was)
      .when('notice.read', {}, { actor: actor('lina') })
      .then(read);
    given(notice)(was, read)
      .when('notice.read', {}, { actor: actor('lina') })
      .then();
    given(notice)(was, read)
      .when('notice.acknowledge', {}, { actor: actor('lina') })
      .then(acknowledged);
    given(notice)(was, acknowledged)
      .when('notice.acknowledge', {}, { actor: actor('lina') })
      .then();
    given(notice)(was)
      .when('notice.acknowledge', {}, { actor: actor('bo') })
      .thenRejected('notice.not-yours');
    given(notice)()
      .when('notice.read', {}, { actor: actor('bo') })
      .thenRejected('notice.unknown');
  });

  it('for the operators is acknowledged by any of them, by name', () => {
    const theirs = { ...was, data: { ...was.data, recipientId: OPERATORS } };
    given(notice)(theirs)
      .when('notice.acknowledge', {}, { actor: actor('olga', 'operator') })
      .then({
        type: 'notice.acknowledged.v1',
        data: { recipientId: OPERATORS, acknowledgedBy: 'olga', cause: 'deadline', about },
      });
    given(notice)(theirs)
      .when('notice.acknowledge', {}, { actor: actor('lina') })
      .thenRejected('notice.not-yours');
  });

  it('stands in the inbox until it is read and, where that is needed, acknowledged', () => {
    const needed = { ...was, data: { ...was.data, needsAcknowledgement: true } };
    const later: NewEvent[] = [
      { type: 'notice.read.v1', data: { recipientId: 'lina' } },
      {
        type: 'notice.acknowledged.v1',
        data: { recipientId: 'lina', acknowledgedBy: 'lina', cause: 'deadline', about },
      },
    ];
    let row = foldEvent(inbox, undefined, recorded('notice', 'n1', 0, needed), 'n1') as {
      status: string;
      open: boolean;
    };
    const seen = [[row.status, row.open]];
    for (const [index, event] of later.entries()) {
      row = foldEvent(inbox, row as never, recorded('notice', 'n1', index + 1, event), 'n1') as never;
      seen.push([row.status, row.open]);
    }
    expect(seen).toEqual([
      ['unread', true],
      ['read', true],
      ['acknowledged', false],
    ]);
  });
});
