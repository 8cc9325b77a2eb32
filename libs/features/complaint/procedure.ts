import type { Role } from '#libs/kernel/actor.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { Step } from './vocabulary.ts';
import { STEPS } from './vocabulary.ts';

interface StepRule {
  readonly ownerRole: Role;
  /** From receipt, in hours of calendar time. */
  readonly dueHours: number;
}
type Procedure = { readonly [S in Step]: StepRule };

/** [H5.4] asks for a procedure per complaint type; the times and roles are ours (`*`). */
const USUAL: Procedure = {
  investigation: { ownerRole: 'agent', dueHours: 72 },
  handling: { ownerRole: 'account-manager', dueHours: 168 },
  feedback: { ownerRole: 'account-manager', dueHours: 240 },
  review: { ownerRole: 'supervisor', dueHours: 336 },
};

const PROCEDURES = new Map<string, Procedure>(
  Object.entries({
    // Conduct of staff is not investigated by the colleagues of whoever is complained about.
    conduct: { ...USUAL, investigation: { ownerRole: 'supervisor', dueHours: 48 } },
    privacy: {
      investigation: { ownerRole: 'privacy-officer', dueHours: 24 },
      handling: { ownerRole: 'privacy-officer', dueHours: 72 },
      feedback: { ownerRole: 'privacy-officer', dueHours: 120 },
      review: { ownerRole: 'legal', dueHours: 168 },
    },
    contract: { ...USUAL, review: { ownerRole: 'legal', dueHours: 336 } },
  }),
);

export interface StepPlan {
  readonly step: Step;
  readonly ownerId?: string;
  readonly ownerRole?: string;
  readonly dueAt: Instant;
}

/** The steps of a complaint type, each with an owner (a person where one is named) and a due time. [H5.4] */
export const stepsFor = (
  category: string,
  receivedAt: Instant,
  owners: { readonly [S in Step]?: string },
): readonly StepPlan[] => {
  const procedure = PROCEDURES.get(category) ?? USUAL;
  return STEPS.map((step) => ({
    step,
    ...(owners[step] === undefined ? { ownerRole: procedure[step].ownerRole } : { ownerId: owners[step] }),
    dueAt: addMinutes(receivedAt, procedure[step].dueHours * 60),
  }));
};

/** The persons who own the steps. */
export const ownersOf = (steps: readonly StepPlan[]): { readonly [S in Step]?: string } =>
  Object.fromEntries(steps.flatMap(({ step, ownerId }) => (ownerId === undefined ? [] : [[step, ownerId]])));
