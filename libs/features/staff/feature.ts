import type { Feature } from '#libs/kernel/feature.ts';
import { team } from './team.ts';
import { teams } from './teams.projection.ts';
import { staffTerms } from './terms.ts';
import { user } from './user.ts';
import { users } from './users.projection.ts';

/** The people: users and teams. */
export const staffFeature: Feature = {
  name: 'staff',
  aggregates: [user, team],
  projections: [users, teams],
  terms: staffTerms,
  edge: async () => {
    const [{ userCommands }, { teamCommands }] = await Promise.all([
      import('./user.commands.ts'),
      import('./team.commands.ts'),
    ]);
    return { commands: { ...userCommands, ...teamCommands } };
  },
};
