import type { Feature } from '#libs/kernel/feature.ts';
import { complaint } from './complaint.ts';
import { complaints } from './complaints.projection.ts';
import { complaintTerms } from './terms.ts';

/** Complaints: intake, procedure, clocks, closing gate, conversation. [B1–B5, C7] */
export const complaintFeature: Feature = {
  name: 'complaint',
  aggregates: [complaint],
  projections: [complaints],
  terms: complaintTerms,
  edge: async () => ({ commands: (await import('./complaint.commands.ts')).complaintCommands }),
};
