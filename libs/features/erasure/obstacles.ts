import type { Consultation, ConsultationOfList, ConsultationOfMany, Consulted } from '#libs/kernel/aggregate.ts';
import { missing, reject } from '#libs/kernel/rejection.ts';
import type { Rejection } from '#libs/kernel/rejection.ts';
import { erasureStanding, legalHoldStanding } from './erasure.events.ts';
import type { ErasureStanding, LegalHoldStanding } from './erasure.events.ts';
import type { Erasure } from './erasure.state.ts';
import { allowedIn } from './erasure.state.ts';
import { family } from './family.ts';
import type { Family } from './family.ts';

/** Whose data it is about: named by the request, remembered by the stream afterwards. */
export interface Asked {
  /** Where the erasure is of a contact: whose. */
  readonly contactOf?: string;
}

/** Customers that were merged into customers that were merged: so many rounds are looked at. */
const ROUNDS = [0, 1, 2, 3] as const;
const round = (n: number) => `family-${n}`;
type Families = { readonly [id: string]: Family };
const familiesIn = (consulted: Consulted, n: number): Families => (consulted[round(n)] ?? {}) as Families;

const customerOf = (command: Asked, state: Erasure, id: string): string =>
  state.status === 'asked' || state.status === 'approved' || state.status === 'begun'
    ? state.customerId
    : (command.contactOf ?? id);
const isOfContact = (command: Asked, state: Erasure, id: string): boolean => customerOf(command, state, id) !== id;

const allOf = (consulted: Consulted): readonly string[] => [
  ...new Set(ROUNDS.flatMap((n) => Object.keys(familiesIn(consulted, n)))),
];

const families: readonly ConsultationOfMany<Erasure, Asked>[] = ROUNDS.map((n) => ({
  as: round(n),
  view: family,
  idsOf: (command, state, consulted, id) =>
    n === 0
      ? [customerOf(command, state, id)]
      : Object.values(familiesIn(consulted, n - 1)).flatMap(({ absorbed }) => absorbed),
}));

/** All but closed. */
const OPEN_CASES = [
  ...['received', 'identified', 'assigned', 'in-progress', 'waiting', 'solved', 'confirmed', 'evaluated'],
];
const NAMED_AT_MOST = 3;

const openIn = (listedIn: string, isOpen: object): ConsultationOfList<Erasure, Asked> => ({
  as: listedIn,
  listedIn,
  filterOf: (command, state, consulted, id) =>
    isOfContact(command, state, id) ? undefined : { customerId: { $in: [...allOf(consulted)] }, ...isOpen },
  most: NAMED_AT_MOST,
});
const OPEN_MATTERS = [
  openIn('service-cases', { status: { $in: OPEN_CASES } }),
  openIn('complaints', { open: true }),
] as const;

/** What a decision about an erasure looks at. */
export const obstaclesConsulted: readonly (
  Consultation<Erasure, Asked> | ConsultationOfMany<Erasure, Asked> | ConsultationOfList<Erasure, Asked>
)[] = [
  ...families,
  { as: 'holds', view: legalHoldStanding, idsOf: (_command, _state, consulted) => allOf(consulted) },
  {
    as: 'ofCustomer',
    view: erasureStanding,
    idOf: (command, state, _consulted, id) =>
      isOfContact(command, state, id) ? customerOf(command, state, id) : undefined,
  },
  ...OPEN_MATTERS,
];

/** Why the data may not, or cannot, be destroyed now; undefined: nothing stands against it. [G4] */
export const obstacleTo = (
  command: Asked,
  state: Erasure,
  { id, consulted }: { readonly id: string; readonly consulted: Consulted },
): Rejection | undefined => {
  const refuse = (code: string, sentence: string) => reject(`erasure.${code}`, sentence, allowedIn(state));
  const customerId = customerOf(command, state, id);
  const own = familiesIn(consulted, 0)[customerId];
  if (own?.exists !== true)
    return missing('erasure.customer-unknown', `There is no customer ${customerId}: check the id.`);
  if (customerId !== id && !own.contacts.includes(id))
    return missing(
      'erasure.contact-unknown',
      `${id} is no contact of customer ${customerId}: list its contacts first.`,
    );
  if ((consulted.ofCustomer as ErasureStanding | undefined)?.status === 'erased')
    return refuse(
      'already-erased',
      `The personal data of customer ${customerId} was destroyed, the contact’s with it.`,
    );
  if (own.survivorId !== undefined && customerId === id)
    return refuse(
      'merged',
      `Customer ${id} was merged into ${own.survivorId}: ask for the erasure of that one, which includes this one, or separate them first.`,
    );
  const held = Object.entries(consulted.holds as { readonly [id: string]: LegalHoldStanding }).find(
    ([, hold]) => hold.held,
  );
  if (held !== undefined)
    return refuse(
      'legal-hold',
      `A legal hold lies on customer ${held[0]}: nothing is destroyed before legal releases it, and processing is restricted meanwhile.`,
    );
  const open = OPEN_MATTERS.flatMap(({ as }) => (consulted[as] as readonly string[]).map((each) => `${as}/${each}`));
  return open.length === 0
    ? undefined
    : refuse('open-matters', `Something of the customer is still open (${open.join(', ')}): close it first.`);
};
