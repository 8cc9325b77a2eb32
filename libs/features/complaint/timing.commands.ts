import { Text } from '#libs/features/staff/body-rules.commands.ts';

export class LoosenDeadlines {
  @Text(2_000)
  why!: string;
}

export const timingCommands = {
  'complaint.loosen-deadlines': LoosenDeadlines,
};
