import type { Ladder, LadderDocument, LadderLevel } from './ladder-document.ts';

type Recipient = LadderLevel['recipients'][number];

/** From the supervisor up a call must be acknowledged: only that stops the climb. */
const CLIMB: readonly { readonly recipient: Recipient; readonly acknowledgement: boolean }[] = [
  { recipient: 'assignee', acknowledgement: false },
  { recipient: 'account-manager', acknowledgement: false },
  { recipient: 'supervisor', acknowledgement: true },
  { recipient: 'department-head', acknowledgement: true },
  { recipient: 'committee', acknowledgement: true },
];

const climb = (waitMinutes: number, besides: readonly Recipient[] = []): LadderLevel[] =>
  CLIMB.map(({ recipient, acknowledgement }) => ({
    recipients: [recipient, ...besides],
    waitMinutes,
    channels: ['inbox', 'smtp'],
    acknowledgement,
  }));

const crisisLevel = (...recipients: Recipient[]): LadderLevel => ({
  recipients,
  waitMinutes: 15,
  channels: ['inbox', 'smtp'],
  acknowledgement: true,
});

const ladders: Ladder[] = [
  {
    name: 'crisis',
    when: { track: 'emergency' },
    levels: [
      crisisLevel('crisis-group'),
      crisisLevel('crisis-group', 'department-head'),
      crisisLevel('crisis-group', 'committee'),
    ],
    noProgressMinutes: 60,
  },
  {
    name: 'A urgent',
    when: { urgency: 'urgent', tiers: ['A'], track: 'ordinary' },
    levels: climb(30, ['duty-roster']),
    noProgressMinutes: 120,
  },
  {
    name: 'A other',
    when: { urgency: 'other', tiers: ['A'], track: 'ordinary' },
    levels: climb(240, ['duty-roster']),
    noProgressMinutes: 480,
  },
  {
    name: 'urgent',
    when: { urgency: 'urgent', track: 'ordinary' },
    levels: climb(30),
    noProgressMinutes: 120,
  },
  {
    name: 'other',
    when: { urgency: 'other', track: 'ordinary' },
    levels: climb(240),
    noProgressMinutes: 480,
  },
];

/** Where the sources speak: class A has somebody on duty round the clock [T4], a crisis calls its group at once [H6.3]. */
const oursOf = ({ when, levels }: Ladder, index: number): string[] => {
  const levelsOfSources = when.track === 'emergency' || when.tiers !== undefined;
  return [
    ...(levelsOfSources
      ? levels.flatMap((level, at) => [
          ...level.recipients.flatMap((recipient, nth) =>
            recipient === 'duty-roster' || (recipient === 'crisis-group' && at === 0)
              ? []
              : [`ladders.${index}.levels.${at}.recipients.${nth}`],
          ),
          ...['waitMinutes', 'channels', 'acknowledgement'].map((name) => `ladders.${index}.levels.${at}.${name}`),
        ])
      : [`ladders.${index}.levels`]),
    `ladders.${index}.noProgressMinutes`,
  ];
};

/** Ships with the product: who is called when. */
export const DEFAULT_LADDERS: LadderDocument = {
  version: 'ladder-default@1',
  title: { en: 'Who is called when', 'zh-CN': '升级与通知' },
  ladders,
  beginsAtPercent: 100,
  notices: { groupWithinMinutes: 5, stormFrom: 20, quietHours: { from: '21:00', to: '08:00' } },
  ours: [...ladders.flatMap(oursOf), 'beginsAtPercent', 'notices'],
};
