import { Text } from '#libs/features/staff/body-rules.commands.ts';

export class LoosenDeadlines {
  @Text(2_000)
  reason!: string;
}

export const timingCommands = {
  'service-case.loosen-deadlines': LoosenDeadlines,
};
