import { complaintCard } from '#libs/features/complaint/complaint.events.ts';
import type { ComplaintCard } from '#libs/features/complaint/complaint.events.ts';
import { customerCard } from '#libs/features/customer/customer.events.ts';
import type { CustomerCard } from '#libs/features/customer/customer.events.ts';
import {
  documentOf,
  inOrderOfEffect,
  LADDER_POLICY_ID,
  ladderPolicies,
  ladderPolicyAt,
} from '#libs/features/policy/policy.events.ts';
import type { LadderDocument, Policies } from '#libs/features/policy/policy.events.ts';
import { serviceCaseCard } from '#libs/features/service-case/service-case.events.ts';
import type { ServiceCaseCard } from '#libs/features/service-case/service-case.events.ts';
import type { KnownClocks } from '#libs/features/sla/sla.events.ts';
import { consultPeople, leadersAndDutyOf, peopleIn, peopleOf, teamCard } from '#libs/features/staff/staff.events.ts';
import type { Team } from '#libs/features/staff/staff.events.ts';
import type { Consultation, ConsultationOfMany, Consulted, DecisionContext } from '#libs/kernel/aggregate.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { Begun, Escalation } from './escalation.state.ts';
import type { Surroundings } from './recipients.ts';
import type { About, EndedBecause } from './vocabulary.ts';

/** What a case or complaint is, as far as calls depend on it. */
export interface Matter {
  readonly exists: boolean;
  readonly reference: string;
  readonly customerId?: string;
  readonly team?: string;
  readonly assigneeId?: string;
  readonly tier?: 'A' | 'B' | 'C';
  readonly urgent: boolean;
  readonly isReopenedComplaint: boolean;
  readonly clocks: KnownClocks;
  readonly ended?: { readonly at: Instant; readonly because: EndedBecause };
}

const ofCase = ({ reference = '', ...card }: ServiceCaseCard): Matter => ({
  ...card,
  reference,
  isReopenedComplaint: false,
});

const ofComplaint = ({ responsibleId, cycle, ...card }: ComplaintCard): Matter => ({
  ...card,
  ...(responsibleId === undefined ? {} : { assigneeId: responsibleId }),
  isReopenedComplaint: cycle > 1,
});

/** The first command says what it is about, a person's in plain fields; later ones need not, the state knows. */
interface MaySayAbout {
  readonly about?: About;
  readonly kind?: About['kind'];
  readonly matterId?: string;
}

const aboutOf = ({ about, kind, matterId }: MaySayAbout, state: Escalation): About | undefined =>
  about ??
  (kind !== undefined && matterId !== undefined
    ? { kind, id: matterId }
    : state.status === 'unknown'
      ? undefined
      : state.about);

const idOfKind = (kind: About['kind']) => (command: MaySayAbout, state: Escalation) => {
  const about = aboutOf(command, state);
  return about?.kind === kind ? about.id : undefined;
};

const matterIn = (consulted: Consulted): Matter => {
  const aCase = ofCase(consulted['case'] as ServiceCaseCard);
  return aCase.exists ? aCase : ofComplaint(consulted['complaint'] as ComplaintCard);
};

const policiesIn = (consulted: Consulted) => consulted['ladders'] as Policies<LadderDocument>;

/** The version by which a climb that begins at a moment goes. */
export const laddersAt = ({ consulted }: Pick<DecisionContext, 'consulted'>, at: Instant): LadderDocument =>
  ladderPolicyAt(policiesIn(consulted), at);

/** The version that a climb began with: it keeps it to its end. [SLA 10] */
export const laddersOf = (
  { ladderVersion }: Pick<Begun, 'ladderVersion'>,
  { consulted }: Pick<DecisionContext, 'consulted'>,
): LadderDocument => documentOf('ladder', policiesIn(consulted), ladderVersion);

/** Which version holds is decided later: the groups that any version in force has named are looked at. */
const groupsOf = (consulted: Consulted): readonly string[] => {
  const documents = inOrderOfEffect(policiesIn(consulted)).map(({ document }) => document);
  return [...new Set(documents.flatMap(({ committeeTeam, crisisTeam }) => [committeeTeam, crisisTeam]))].filter(
    (id) => id !== undefined,
  );
};

const customerIn = (consulted: Consulted): CustomerCard => {
  const customer = consulted['customer'] as CustomerCard;
  return customer.mergedInto === undefined ? customer : (consulted['survivor'] as CustomerCard);
};

const groupIn = (consulted: Consulted, id: string | undefined): Team =>
  (id === undefined ? undefined : (consulted['groups'] as { readonly [id: string]: Team })[id]) ?? {
    status: 'unknown',
  };

/** What every decision about calls looks at: the ladders, the matter, its customer, its team, and all who may be called. */
export const consultMatter: readonly (
  Consultation<Escalation, MaySayAbout> | ConsultationOfMany<Escalation, MaySayAbout>
)[] = [
  { as: 'ladders', view: ladderPolicies, idOf: () => LADDER_POLICY_ID },
  { as: 'case', view: serviceCaseCard, idOf: idOfKind('service-case') },
  { as: 'complaint', view: complaintCard, idOf: idOfKind('complaint') },
  { as: 'customer', view: customerCard, idOf: (_command, _state, consulted) => matterIn(consulted).customerId },
  {
    as: 'survivor',
    view: customerCard,
    idOf: (_command, _state, consulted) => (consulted['customer'] as CustomerCard).mergedInto,
  },
  { as: 'team', view: teamCard, idOf: (_command, _state, consulted) => matterIn(consulted).team },
  { as: 'groups', view: teamCard, idsOf: (_command, _state, consulted) => groupsOf(consulted) },
  ...consultPeople<Escalation, MaySayAbout>('people', (_command, _state, consulted) =>
    [
      matterIn(consulted).assigneeId,
      customerIn(consulted).accountManagerId,
      ...leadersAndDutyOf(consulted['team'] as Team),
      ...Object.values(consulted['groups'] as { readonly [id: string]: Team }).flatMap(peopleOf),
    ].filter((id) => id !== undefined),
  ),
];

export const matterOf = ({ consulted }: Pick<DecisionContext, 'consulted'>): Matter => matterIn(consulted);

/** Who is who around the matter, with the groups that a version of the ladders names. */
export const surroundingsIn = (
  { consulted }: Pick<DecisionContext, 'consulted'>,
  { committeeTeam, crisisTeam }: LadderDocument,
): Surroundings => {
  const matter = matterIn(consulted);
  return {
    assigneeId: matter.assigneeId,
    accountManagerId: customerIn(consulted).accountManagerId,
    ...{ hasCustomer: matter.customerId !== undefined, team: consulted['team'] as Team },
    ...{ committee: groupIn(consulted, committeeTeam), crisisGroup: groupIn(consulted, crisisTeam) },
    people: peopleIn(consulted, 'people'),
  };
};
