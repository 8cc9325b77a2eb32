import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import type { Around, ExpectedPeople, Recipient } from './expected-people.ts';
import { MINUTE } from './hours.ts';
import type { Tier, Track } from './story.ts';

/** One step of an escalation, or a reminder, that is expected. */
export interface Told {
  readonly at: number;
  readonly matter: string;
  readonly of: Track;
  readonly round: number;
  readonly fact:
    | 'reminded'
    | 'told-of-change'
    | 'begun'
    | 'called'
    | 'nobody-found'
    | 'acknowledged'
    | 'progressed'
    | 'exhausted'
    | 'ended';
  readonly tier: Tier | undefined;
  readonly urgent: boolean;
  readonly level?: number;
  readonly because?: string;
  readonly by?: string;
  readonly percent?: number;
  readonly revision?: number;
  readonly recipients?: readonly Recipient[];
  readonly channels?: readonly string[];
  readonly acknowledgement?: boolean;
  readonly drill?: true;
}

/** Each person who is reached, once. */
export const calledBy = ({ recipients = [] }: Pick<Told, 'recipients'>): readonly string[] => [
  ...new Set(recipients.flatMap(({ reached }) => (reached === undefined ? [] : [reached]))),
];

type Ladder = LadderDocument['ladders'][number];
export const ladderFor = (
  { ladders }: LadderDocument,
  track: 'ordinary' | 'emergency',
  { tier = 'C', urgent }: { readonly tier: Tier | undefined; readonly urgent: boolean },
): Ladder =>
  ladders.find(
    ({ when }) =>
      (when.track ?? track) === track &&
      (when.tiers ?? [tier]).includes(tier) &&
      (when.urgency ?? (urgent ? 'urgent' : 'other')) === (urgent ? 'urgent' : 'other'),
  )!;

interface Begins {
  readonly at: number;
  readonly because: string;
  readonly by?: string;
  readonly fromLevel: number;
  readonly document: LadderDocument;
  readonly drill?: true;
}

/** A climb from level to level: written from SLA 10 and the guide alone. */
export class ExpectedClimb {
  readonly #people: ExpectedPeople;
  readonly #around: () => Around;
  readonly #ladder: Ladder;
  readonly #document: LadderDocument;
  readonly #begins: Begins;
  readonly #tell: (told: Omit<Told, 'matter' | 'of' | 'round' | 'tier' | 'urgent'>) => void;
  #level: number;
  #status: 'climbing' | 'acknowledged' | 'exhausted' | 'ended' = 'climbing';
  #next: number | undefined;
  readonly #calls = new Map<number, readonly string[]>();
  readonly #acknowledged = new Set<string>();

  constructor(
    people: ExpectedPeople,
    around: () => Around,
    ladder: Ladder,
    begins: Begins,
    tell: (told: Omit<Told, 'matter' | 'of' | 'round' | 'tier' | 'urgent'>) => void,
  ) {
    const { at, because, by, fromLevel, document, drill } = begins;
    const said = drill === undefined ? {} : { drill };
    [this.#people, this.#around, this.#ladder, this.#begins] = [people, around, ladder, begins];
    [this.#document, this.#tell, this.#level, this.#next] = [
      document,
      (told) => tell({ ...told, ...said }),
      fromLevel - 1,
      at,
    ];
    this.#tell({ at, fact: 'begun', because, level: fromLevel, ...(by === undefined ? {} : { by }) });
  }

  get isLive(): boolean {
    return this.#status !== 'ended';
  }
  get isDrill(): boolean {
    return this.#begins.drill === true;
  }
  get next(): number | undefined {
    return this.#next;
  }

  #why(): string {
    if (this.#status === 'acknowledged') return 'no-progress';
    if (this.#level < this.#begins.fromLevel) return 'begun';
    if (!this.#calls.has(this.#level)) return 'nobody-below';
    return this.#ladder.levels[this.#level - 1]!.acknowledgement ? 'not-acknowledged' : 'still-open';
  }

  /** What is due comes to pass. */
  goOn(at: number): void {
    const because = this.#why();
    const level = (this.#level += 1);
    const rung = this.#ladder.levels[level - 1];
    if (rung === undefined) {
      [this.#status, this.#next] = ['exhausted', undefined];
      return this.#tell({ at, fact: 'exhausted', because });
    }
    const { committeeTeam: committee, crisisTeam: crisis } = this.#document;
    const recipients = rung.recipients.flatMap((rule) =>
      this.#people.seek(rule, this.#around(), { committee, crisis }, at),
    );
    const called = calledBy({ recipients });
    this.#status = 'climbing';
    if (called.length === 0) {
      this.#next = at;
      return this.#tell({ at, fact: 'nobody-found', level, because, recipients });
    }
    this.#calls.set(level, called);
    this.#next = at + rung.waitMinutes * MINUTE;
    const { channels, acknowledgement } = rung;
    this.#tell({ at, fact: 'called', level, because, recipients, channels, acknowledgement });
  }

  /** `level`: by the notice of that level; otherwise the highest that the person was called to and has not acknowledged. */
  acknowledge(at: number, by: string, level?: number): void {
    const open = [...this.#calls]
      .filter(([nth, called]) => called.includes(by) && this.#ladder.levels[nth - 1]!.acknowledgement)
      .map(([nth]) => nth)
      .filter((nth) => !this.#acknowledged.has(`${nth} ${by}`) && (level ?? nth) === nth);
    if (open.length === 0 || this.#status === 'acknowledged' || this.#status === 'ended') return;
    const taken = Math.max(...open);
    this.#acknowledged.add(`${taken} ${by}`);
    this.#next = this.#status === 'exhausted' ? undefined : at + this.#ladder.noProgressMinutes * MINUTE;
    this.#status = 'acknowledged';
    this.#tell({ at, fact: 'acknowledged', level: taken, by });
  }

  progress(at: number, because: string): void {
    if (this.#status !== 'acknowledged' || this.#next === undefined) return;
    this.#next = at + this.#ladder.noProgressMinutes * MINUTE;
    this.#tell({ at, fact: 'progressed', because });
  }

  end(at: number, because: string, by?: string): void {
    if (this.#status === 'ended') return;
    [this.#status, this.#next] = ['ended', undefined];
    this.#tell({ at, fact: 'ended', because, ...(by === undefined ? {} : { by }) });
  }
}
