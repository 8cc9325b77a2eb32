import type { Feature } from '#libs/kernel/feature.ts';
import { clearance } from './clearance.ts';
import { governanceTerms } from './terms.ts';
import { useApproval } from './use-approval.ts';
import { useApprovals } from './use-approvals.projection.ts';

/** Who may look at personal data, and under whose approval. [G1, G2] */
export const governanceFeature: Feature = {
  name: 'governance',
  aggregates: [useApproval],
  projections: [useApprovals],
  clearance,
  terms: governanceTerms,
  edge: async () => ({ commands: (await import('./use-approval.commands.ts')).useApprovalCommands }),
};
