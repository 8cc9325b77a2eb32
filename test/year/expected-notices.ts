import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import { calledBy } from './expected-climb.ts';
import type { Told } from './expected-climb.ts';
import { DAY, HOUR, hoursOfDays, MINUTE, nextOpening } from './hours.ts';
import type { Windows } from './hours.ts';
import type { Person, Track } from './story.ts';

export const OPERATORS = 'role:operator';

/** A notice that is expected: whom it is for, about what, and when it may go out. */
export interface ExpectedNotice {
  readonly at: number;
  readonly recipient: string;
  readonly template: string;
  readonly cause: string;
  /** `SC-17`, or who it is about. */
  readonly about: string;
  readonly of?: Track;
  readonly round?: number;
  readonly level?: number;
  readonly percent?: number;
  readonly problem?: string;
  readonly standsInFor?: string;
  readonly drill?: true;
  readonly count?: number;
  readonly since?: number;
  readonly urgency: 'crisis' | 'urgent' | 'ordinary';
  readonly classA: boolean;
  readonly channels: readonly string[];
  readonly needsAcknowledgement: boolean;
  readonly deliverAt: number;
  readonly timing: string;
}
type Untimed = Omit<ExpectedNotice, 'deliverAt' | 'timing'>;

const wall = (text: string): number => Number(text.slice(0, 2)) * HOUR + Number(text.slice(3)) * MINUTE;
const overlap = (a: Windows, b: Windows): Windows =>
  a
    .flatMap(([from, to]) => b.map(([other, until]) => [Math.max(from, other), Math.min(to, until)] as const))
    .filter(([from, to]) => from < to);

/** When it may go out on the channels outside, and why then. [SLA 12] */
const whenOf = (
  { at, template, urgency, classA }: Untimed,
  person: Person | undefined,
  { groupWithinMinutes, quietHours }: LadderDocument['notices'],
): Pick<ExpectedNotice, 'deliverAt' | 'timing'> => {
  // A digest has waited already.
  if (template === 'digest' || urgency === 'crisis' || (urgency === 'urgent' && classA))
    return { deliverAt: at, timing: 'at-once' };
  const grouped = at + groupWithinMinutes * MINUTE;
  const hours = person?.hours;
  // Quiet from the evening to the morning.
  const loud: Windows = [[wall(quietHours!.to), wall(quietHours!.from)]];
  const own = (weekday: number): Windows =>
    hours!.windows
      .filter(({ weekdays }) => weekdays.includes(weekday))
      .map(({ from, to }) => [wall(from), to === '24:00' ? DAY : wall(to)] as const)
      .sort(([a], [b]) => a - b);
  const opens = (windowsOn: (weekday: number) => Windows) =>
    nextOpening(
      hoursOfDays((_midnight, weekday) => windowsOn(weekday), hours?.hoursAhead),
      grouped,
    );
  const afterQuiet = opens(() => loud);
  let deliverAt = afterQuiet;
  if (hours !== undefined && urgency === 'ordinary') {
    const worksInTheDay = [1, 2, 3, 4, 5, 6, 7].some((weekday) => overlap(own(weekday), loud).length > 0);
    deliverAt = opens((weekday) => (worksInTheDay ? overlap(own(weekday), loud) : own(weekday)));
  }
  if (deliverAt === grouped) return { deliverAt, timing: 'grouped' };
  return { deliverAt, timing: deliverAt === afterQuiet ? 'after-quiet-hours' : 'in-own-hours' };
};

/** Whose place somebody was called in, unless they were meant themselves too. */
const standsInFor = ({ recipients = [] }: Told, who: string): { readonly standsInFor?: string } => {
  const own = recipients.filter(({ reached }) => reached === who);
  const meant = own.some(({ how }) => how === 'self') ? undefined : own[0]?.original;
  return meant === undefined ? {} : { standsInFor: meant };
};

export class ExpectedNotices {
  readonly notices: ExpectedNotice[] = [];
  readonly #people: readonly Person[];
  readonly #ladders: (at: number) => LadderDocument;
  readonly #emptyRosters = new Set<string>();

  constructor(people: readonly Person[], ladders: (at: number) => LadderDocument) {
    [this.#people, this.#ladders] = [people, ladders];
  }

  readonly give = (notice: Untimed): ExpectedNotice => {
    const person = this.#people.find(({ id }) => id === notice.recipient);
    const given = { ...notice, ...whenOf(notice, person, this.#ladders(notice.at).notices) };
    this.notices.push(given);
    return given;
  };

  #alert(told: Told, problem: string, level?: number): void {
    const { at, matter: about, of, round } = told;
    this.give({
      ...{ at, recipient: OPERATORS, template: 'operator-alert', cause: 'operations', about, of, round, problem },
      ...(level === undefined ? {} : { level }),
      ...{ urgency: 'urgent', classA: false, channels: ['inbox', 'smtp'], needsAcknowledgement: false },
    });
  }

  /** The notices that one step of an escalation leads to. */
  of(told: Told): void {
    const { at, fact, matter: about, of, round, tier, urgent, level, percent, recipients = [], drill } = told;
    const rest = { at, about, of, round, classA: tier === 'A', channels: told.channels ?? [] };
    switch (fact) {
      case 'reminded':
      case 'told-of-change': {
        const called = calledBy(told);
        for (const recipient of called.length === 0 ? [OPERATORS] : called)
          this.give({
            ...{ ...rest, recipient, cause: 'deadline', urgency: 'ordinary', needsAcknowledgement: false },
            template: fact === 'reminded' ? 'deadline-near' : 'passed-on-change',
            ...{ ...(percent === undefined ? {} : { percent }), ...standsInFor(told, recipient) },
          });
        return;
      }
      case 'called': {
        const isCrisis = of === 'emergency';
        for (const recipient of calledBy(told))
          this.give({
            ...{ ...rest, recipient, level: level!, needsAcknowledgement: told.acknowledgement! },
            template: isCrisis ? 'crisis-call' : 'escalation-call',
            cause: isCrisis ? 'crisis' : 'escalation',
            urgency: isCrisis ? 'crisis' : urgent ? 'urgent' : 'ordinary',
            ...{ ...standsInFor(told, recipient), ...(drill === undefined ? {} : { drill }) },
          });
        return this.#lookForEmptyRoster(told);
      }
      case 'nobody-found':
        this.#lookForEmptyRoster(told);
        if (recipients.some(({ how }) => how !== 'empty-roster')) this.#alert(told, 'nobody-found', level);
        return;
      case 'exhausted':
        return this.#alert(told, 'ladder-exhausted');
    }
  }

  /** Once a climb. */
  #lookForEmptyRoster(told: Told): void {
    const key = JSON.stringify([told.matter, told.of, told.round]);
    if (this.#emptyRosters.has(key) || !told.recipients!.some(({ how }) => how === 'empty-roster')) return;
    this.#emptyRosters.add(key);
    this.#alert(told, 'empty-roster');
  }
}
