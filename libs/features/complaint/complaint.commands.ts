import { conversationCommands } from './conversation.commands.ts';
import { handlingCommands } from './handling.commands.ts';
import { intakeCommands } from './intake.commands.ts';
import { timingCommands } from './timing.commands.ts';

/** By wire name: the bodies of everything that can be asked of a complaint. */
export const complaintCommands = { ...intakeCommands, ...handlingCommands, ...conversationCommands, ...timingCommands };
