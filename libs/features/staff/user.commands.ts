import type { Role } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { Day, Id, Ids, ListOf, Moment, OneOf, Pattern, Text, Wholes } from './body-rules.commands.ts';
import { ABSENCE_KINDS } from './user.events.ts';

const WALL_TIME = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

export class WorkingWindow {
  @Wholes(1, 7, { description: '1 = Monday … 7 = Sunday' })
  weekdays!: number[];
  @Pattern(WALL_TIME, '09:00')
  from!: string;
  @Pattern(WALL_TIME, '18:00', { description: 'Exclusive; 24:00 is the end of the day' })
  to!: string;
}

export class RegisterUser {
  @Text(200)
  displayName!: string;
}

export class RenameUser extends RegisterUser {}

export class GrantRole {
  @OneOf(ROLES)
  role!: Role;
  @Id({ description: 'The team’s id, or * for every team' })
  team!: string;
}

export class RevokeRole extends GrantRole {}

export class SetUserWorkingHours {
  @Text(60, { description: 'An IANA zone: Asia/Shanghai' })
  zone!: string;
  @ListOf(WorkingWindow, { minItems: 1, maxItems: 50 })
  windows!: WorkingWindow[];
}

export class NameUserDeputies {
  @Ids(10, { description: 'In the order in which they are asked; the list replaces the one before' })
  deputies!: string[];
}

export class NameManager {
  @Id()
  managerId!: string;
}

export class ChooseLanguage {
  @OneOf(['en', 'zh-CN'])
  language!: Language;
}

export class DeclareAbsence {
  @Moment()
  from!: string;
  @Moment({ description: 'Exclusive' })
  until!: string;
  @OneOf(ABSENCE_KINDS)
  kind!: (typeof ABSENCE_KINDS)[number];
}

export class EndAbsence {}

export class RecordUndertaking {
  @Day()
  signedOn!: string;
  @Text(60)
  version!: string;
}

export class EndUndertaking {
  @Text(1_000)
  why!: string;
}

export class RecordTraining {
  @Text(200)
  course!: string;
  @Day()
  completedOn!: string;
}

export class DeactivateUser {
  @Text(1_000)
  why!: string;
}

export class ReactivateUser extends DeactivateUser {}

export const userCommands = {
  'user.register': RegisterUser,
  'user.rename': RenameUser,
  'user.grant-role': GrantRole,
  'user.revoke-role': RevokeRole,
  'user.set-working-hours': SetUserWorkingHours,
  'user.name-deputies': NameUserDeputies,
  'user.name-manager': NameManager,
  'user.choose-language': ChooseLanguage,
  'user.declare-absence': DeclareAbsence,
  'user.end-absence': EndAbsence,
  'user.record-undertaking': RecordUndertaking,
  'user.end-undertaking': EndUndertaking,
  'user.record-training': RecordTraining,
  'user.deactivate': DeactivateUser,
  'user.reactivate': ReactivateUser,
};
