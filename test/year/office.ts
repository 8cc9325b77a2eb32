import { DEFAULT_LADDERS } from '#libs/features/policy/policy.events.ts';
import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import { shanghai } from './hours.ts';
import type { Person, Team } from './story.ts';

// The ten people of the year, and their teams.

const weekdays = [1, 2, 3, 4, 5];
const everyDay = [1, 2, 3, 4, 5, 6, 7];
const officeHours = { zone: 'Asia/Shanghai', hoursAhead: 8, windows: [{ weekdays, from: '08:40', to: '17:40' }] };
const inTokyo = {
  ...{ zone: 'Asia/Tokyo', hoursAhead: 9 },
  windows: [
    { weekdays, from: '09:40', to: '12:10' },
    { weekdays: [1, 2, 3, 4, 5, 6], from: '13:10', to: '18:20' },
  ],
};
/** Works in quiet hours only. */
const atNight = {
  ...{ zone: 'Asia/Shanghai', hoursAhead: 8 },
  windows: [
    { weekdays: everyDay, from: '22:40', to: '24:00' },
    { weekdays: everyDay, from: '00:00', to: '05:20' },
  ],
};

const person = (id: string, more: Partial<Person> = {}): Person => ({
  ...{ id, deputies: [], address: true, hook: true },
  ...more,
});

export const PEOPLE: readonly Person[] = [
  person('ada', { deputies: ['bo'], hours: officeHours }),
  person('bo', { deputies: ['cai'], hours: officeHours }),
  person('cai'),
  person('sam'),
  person('eva', { hours: inTokyo }),
  person('fay', { address: false }),
  person('gil', { hours: officeHours }),
  person('hal', { deputies: ['kim'], hook: false }),
  person('max', { deputies: ['eva', 'fay'], hours: officeHours }),
  person('kim', { hours: atNight }),
];

export const TEAMS: readonly Team[] = [
  {
    ...{ id: 'east', members: ['ada', 'bo', 'cai', 'sam'], supervisorId: 'sam', deputies: ['bo'] },
    departmentHeadId: 'hal',
    shifts: [
      { userId: 'cai', weekdays: everyDay, from: '00:00', to: '12:00' },
      { userId: 'ada', weekdays: everyDay, from: '11:00', to: '24:00' },
    ],
    duties: [{ userId: 'bo', from: shanghai('2025-01-28 00:00'), until: shanghai('2025-02-05 00:00') }],
  },
  {
    ...{ id: 'west', members: ['eva', 'fay', 'gil', 'max'], supervisorId: 'gil', deputies: ['fay'] },
    departmentHeadId: 'hal',
    // Nobody on Sundays, and between shifts on other days.
    shifts: [
      { userId: 'eva', weekdays: [1, 2, 3, 4, 5, 6], from: '07:00', to: '15:00' },
      { userId: 'max', weekdays: [1, 2, 3, 4, 5, 6], from: '16:00', to: '23:30' },
    ],
    duties: [],
  },
  { id: 'board', members: ['hal', 'kim'], deputies: [], shifts: [], duties: [] },
  { id: 'crisis', members: ['kim', 'sam', 'gil'], deputies: [], shifts: [], duties: [] },
];

const named = (version: string, change: (ladders: LadderDocument['ladders']) => LadderDocument['ladders']) => ({
  ...DEFAULT_LADDERS,
  ...{ version, committeeTeam: 'board', crisisTeam: 'crisis', ladders: change(DEFAULT_LADDERS.ladders) },
});

/** The shipped ladders with the groups named; class A and crises go to webhooks too. */
export const LADDERS_OF_JANUARY: LadderDocument = named('ladders@1', (ladders) =>
  ladders.map((ladder) =>
    ladder.when.tiers === undefined && ladder.when.track !== 'emergency'
      ? ladder
      : { ...ladder, levels: ladder.levels.map((level) => ({ ...level, channels: ['inbox', 'smtp', 'webhook'] })) },
  ),
);

/** From July on what is not urgent climbs faster, and one level higher than before. */
export const LADDERS_OF_JULY: LadderDocument = named('ladders@2', () =>
  LADDERS_OF_JANUARY.ladders.map((ladder) =>
    ladder.name === 'other'
      ? {
          ...ladder,
          levels: [
            ...ladder.levels.map((level) => ({ ...level, waitMinutes: 130 })),
            {
              ...{ recipients: ['committee', 'duty-roster'], waitMinutes: 70, acknowledgement: true },
              channels: ['inbox', 'webhook'],
            },
          ],
          noProgressMinutes: 310,
        }
      : ladder,
  ),
);
