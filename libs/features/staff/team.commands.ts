import { Id, Ids, ListOf, Moment, Text } from './body-rules.commands.ts';
import { SetUserWorkingHours, WorkingWindow } from './user.commands.ts';

export class FormTeam {
  @Text(200)
  name!: string;
  @Text(60, { description: 'An IANA zone: Asia/Shanghai' })
  zone!: string;
}

export class RenameTeam {
  @Text(200)
  name!: string;
}

export class SetTeamWorkingHours extends SetUserWorkingHours {}

export class AddMember {
  @Id()
  userId!: string;
}

export class RemoveMember extends AddMember {}

export class NameLeaders {
  @Id()
  supervisorId!: string;
  @Ids(10, { description: 'In the order in which they are asked' })
  deputies!: string[];
}

export class NameDepartmentHead extends AddMember {}

export class DutyShift extends WorkingWindow {
  @Id()
  userId!: string;
}

export class SetDutyShifts {
  @Text(60, { description: 'An IANA zone: Asia/Shanghai' })
  zone!: string;
  @ListOf(DutyShift, { maxItems: 500, description: 'They replace those before; one over midnight is two' })
  shifts!: DutyShift[];
}

export class RosterDuty {
  @Id()
  userId!: string;
  @Moment()
  from!: string;
  @Moment({ description: 'Exclusive' })
  until!: string;
}

export class CancelDuty {
  @Id()
  userId!: string;
  @Moment({ description: 'When the duty begins' })
  from!: string;
}

export class DissolveTeam {
  @Text(1_000)
  why!: string;
}

export const teamCommands = {
  'team.form': FormTeam,
  'team.rename': RenameTeam,
  'team.set-working-hours': SetTeamWorkingHours,
  'team.add-member': AddMember,
  'team.remove-member': RemoveMember,
  'team.name-leaders': NameLeaders,
  'team.name-department-head': NameDepartmentHead,
  'team.set-duty-shifts': SetDutyShifts,
  'team.roster-duty': RosterDuty,
  'team.cancel-duty': CancelDuty,
  'team.dissolve': DissolveTeam,
};
