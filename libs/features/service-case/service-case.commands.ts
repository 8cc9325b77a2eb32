import { completionCommands } from './completion.commands.ts';
import { conversationCommands } from './conversation.commands.ts';
import { receptionCommands } from './reception.commands.ts';
import { timingCommands } from './timing.commands.ts';
import { workCommands } from './work.commands.ts';

/** The bodies of everything that can be asked of a case, by wire name. */
export const serviceCaseCommands = {
  ...receptionCommands,
  ...workCommands,
  ...conversationCommands,
  ...completionCommands,
  ...timingCommands,
};
