import { profileCommands } from './profile.commands.ts';
import { relationshipCommands } from './relationship.commands.ts';
import { standingCommands } from './standing.commands.ts';

/** By wire name: the bodies of everything that can be asked of a customer. */
export const customerCommands = { ...profileCommands, ...relationshipCommands, ...standingCommands };
