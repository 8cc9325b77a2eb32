import type { LadderLevel } from '#libs/features/policy/policy.events.ts';
import { onDutyAt, standInFor } from '#libs/features/staff/staff.events.ts';
import type { People, Team } from '#libs/features/staff/staff.events.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Recipient } from './escalation-events.ts';
import type { NotReached } from './vocabulary.ts';

export type Rule = LadderLevel['recipients'][number];

/** Everything that says who is who, as it is when somebody is called. [SLA 11] */
export interface Surroundings {
  readonly assigneeId: string | undefined;
  readonly accountManagerId: string | undefined;
  readonly hasCustomer: boolean;
  /** Of the case or complaint. */
  readonly team: Team;
  readonly committee: Team;
  readonly crisisGroup: Team;
  readonly people: People;
}

const formed = (team: Team) => (team.status === 'formed' ? team : undefined);

/** Whom a rule means, with the team whose supervisor and roster stand in for them; or why it means nobody. */
const meantBy = (
  rule: Rule,
  who: Surroundings,
  at: Instant,
): { readonly ids: readonly string[]; readonly team: Team } | NotReached => {
  const { assigneeId, accountManagerId, hasCustomer, team } = who;
  const one = (id: string | undefined, absent: NotReached) => (id === undefined ? absent : { ids: [id], team });
  const group = (members: Team) => {
    const known = formed(members);
    if (known === undefined) return 'no-group';
    return known.members.length === 0 ? 'empty-group' : { ids: known.members, team: members };
  };
  switch (rule) {
    case 'assignee':
      return one(assigneeId, 'nobody-assigned');
    case 'account-manager':
      return one(accountManagerId, hasCustomer ? 'no-account-manager' : 'no-customer');
    case 'supervisor':
      return one(formed(team)?.supervisorId, formed(team) === undefined ? 'no-team' : 'no-supervisor');
    case 'department-head':
      return one(formed(team)?.departmentHeadId, formed(team) === undefined ? 'no-team' : 'no-department-head');
    case 'duty-roster': {
      if (formed(team) === undefined) return 'no-team';
      const ids = onDutyAt(team, at);
      return ids.length === 0 ? 'empty-roster' : { ids, team };
    }
    case 'committee':
      return group(who.committee);
    case 'crisis-group':
      return group(who.crisisGroup);
  }
};

/** Who is reached by one rule at a moment, the originals and who stands in for them. */
const reachedBy = (rule: Rule, who: Surroundings, at: Instant): readonly Recipient[] => {
  const meant = meantBy(rule, who, at);
  if (typeof meant === 'string') return [{ rule, how: meant }];
  return meant.ids.map((id) => {
    const reached = standInFor(id, at, { people: who.people, team: meant.team });
    return reached.by === 'nobody'
      ? { rule, originalId: id, how: 'nobody-there' }
      : { rule, originalId: id, recipientId: reached.recipientId, how: reached.by };
  });
};

/** What a look for the people of several rules found. */
export interface Sought {
  readonly recipients: Recipient[];
  readonly called: string[];
  readonly inPlaceOf: string[];
  readonly passedOver: Rule[];
}

/** The people whom rules mean at a moment; several rules may reach the same person, who is called once. [SLA 10, SLA 11] */
export const seek = (rules: readonly Rule[], who: Surroundings, at: Instant): Sought => {
  const recipients = rules.flatMap((rule) => reachedBy(rule, who, at));
  const reached = recipients.filter(({ recipientId }) => recipientId !== undefined);
  return {
    recipients,
    called: [...new Set(reached.map(({ recipientId }) => recipientId!))],
    inPlaceOf: [...new Set(reached.filter(({ how }) => how !== 'self').map(({ originalId }) => originalId!))],
    passedOver: rules.filter((rule) => !reached.some((each) => each.rule === rule)),
  };
};

/** Of several ways to find somebody, the first that finds anyone. */
export const seekFirst = (rules: readonly Rule[], who: Surroundings, at: Instant): Sought => {
  const tried: Recipient[] = [];
  for (const rule of rules) {
    const sought = seek([rule], who, at);
    if (sought.called.length > 0)
      return {
        ...sought,
        recipients: [...tried, ...sought.recipients],
        passedOver: rules.slice(0, rules.indexOf(rule)),
      };
    tried.push(...sought.recipients);
  }
  return { recipients: tried, called: [], inPlaceOf: [], passedOver: [...rules] };
};
