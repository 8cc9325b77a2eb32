import { DAY, dayOf, HOUR, MINUTE } from './hours.ts';
import type { OfficeStep, Story, Team } from './story.ts';

// Who is reached when somebody is called, by SLA 11 and the guide alone: deputy, then manager, then whoever is on duty.

export interface Recipient {
  readonly rule: string;
  readonly original?: string;
  readonly reached?: string;
  readonly how: string;
}
export interface Around {
  readonly assignee: string | undefined;
  readonly customer: string | undefined;
  readonly team: string | undefined;
}

const wallMs = (wall: string): number => Number(wall.slice(0, 2)) * HOUR + Number(wall.slice(3)) * MINUTE;

export class ExpectedPeople {
  readonly #story: Story;
  readonly #absences: readonly Extract<OfficeStep, { does: 'leave' }>[];

  constructor(story: Story) {
    this.#story = story;
    this.#absences = story.steps.filter((step) => step.does === 'leave');
  }

  isThere(id: string, at: number): boolean {
    return !this.#absences.some(({ who, from, until }) => who === id && from <= at && at < until);
  }

  team(id: string | undefined): Team | undefined {
    return this.#story.teams.find((team) => team.id === id);
  }

  #onDuty({ duties, shifts }: Team, at: number): readonly string[] {
    const once = duties.filter(({ from, until }) => from <= at && at < until);
    const { from: midnight, weekday } = dayOf(at);
    const weekly = shifts.filter(
      ({ weekdays, from, to }) =>
        weekdays.includes(weekday) &&
        midnight + wallMs(from) <= at &&
        at < midnight + (to === '24:00' ? DAY : wallMs(to)),
    );
    return [...new Set((once.length > 0 ? once : weekly).map(({ userId }) => userId))];
  }

  /** Everybody who may be reached for somebody, in the order in which they are tried. */
  #standIns(id: string, team: Team | undefined, at: number): readonly (readonly [who: string, how: string])[] {
    const deputies = (whose: string): string[] => {
      const found = [whose];
      for (const each of found) {
        const own = this.#story.people.find((person) => person.id === each)?.deputies ?? [];
        for (const deputy of [...own, ...(team?.supervisorId === each ? team.deputies : [])])
          if (!found.includes(deputy)) found.push(deputy);
      }
      return found.slice(1);
    };
    const managers: string[] = [];
    if (team !== undefined && id !== team.departmentHeadId) {
      if (id !== team.supervisorId && team.supervisorId !== undefined) managers.push(team.supervisorId);
      if (team.departmentHeadId !== undefined) managers.push(team.departmentHeadId);
    }
    return [
      [id, 'self'],
      ...deputies(id).map((who) => [who, 'deputy'] as const),
      ...managers.flatMap((boss) => [boss, ...deputies(boss)].map((who) => [who, 'manager'] as const)),
      ...(team === undefined ? [] : this.#onDuty(team, at).map((who) => [who, 'duty-roster'] as const)),
    ];
  }

  #reach(rule: string, id: string, team: Team | undefined, at: number): Recipient {
    const found = this.#standIns(id, team, at).find(([who]) => this.isThere(who, at));
    return found === undefined
      ? { rule, original: id, how: 'nobody-there' }
      : { rule, original: id, reached: found[0], how: found[1] };
  }

  /** Whom one rule of a ladder reaches. `groups`: the committee and the crisis group by the ladder in force. */
  seek(
    rule: string,
    { assignee, customer, team: teamId }: Around,
    groups: { readonly committee: string | undefined; readonly crisis: string | undefined },
    at: number,
  ): readonly Recipient[] {
    const team = this.team(teamId);
    const one = (id: string | undefined, why: string) =>
      id === undefined ? [{ rule, how: why }] : [this.#reach(rule, id, team, at)];
    const group = (groupId: string | undefined) => {
      const known = this.team(groupId);
      return known === undefined
        ? [{ rule, how: 'no-group' }]
        : known.members.map((id) => this.#reach(rule, id, known, at));
    };
    switch (rule) {
      case 'assignee':
        return one(assignee, 'nobody-assigned');
      case 'account-manager': {
        const manager = this.#story.customers.find(({ key }) => key === customer)?.accountManager;
        return one(manager, customer === undefined ? 'no-customer' : 'no-account-manager');
      }
      case 'supervisor':
        return one(team?.supervisorId, team === undefined ? 'no-team' : 'no-supervisor');
      case 'department-head':
        return one(team?.departmentHeadId, team === undefined ? 'no-team' : 'no-department-head');
      case 'duty-roster': {
        if (team === undefined) return [{ rule, how: 'no-team' }];
        const ids = this.#onDuty(team, at);
        return ids.length === 0 ? [{ rule, how: 'empty-roster' }] : ids.map((id) => this.#reach(rule, id, team, at));
      }
      case 'committee':
        return group(groups.committee);
      default:
        return group(groups.crisis);
    }
  }
}
