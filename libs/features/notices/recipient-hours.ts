import type { PublicView } from '#libs/kernel/aggregate.ts';
import { userEvents } from '#libs/features/staff/user.events.ts';
import type { UserEvent } from '#libs/features/staff/user.events.ts';

/** When a person works, as far as it is known. */
export interface OwnHours {
  readonly zone: string;
  readonly windows: readonly { readonly weekdays: readonly number[]; readonly from: string; readonly to: string }[];
}

/** What a notice must know of the user that it is for. */
export interface NoticedUser {
  /** Works here no more. */
  readonly gone: boolean;
  readonly hours?: OwnHours;
}

const evolve = (user: NoticedUser, event: UserEvent): NoticedUser => {
  switch (event.type) {
    case 'user.working-hours-set.v1':
      return { ...user, hours: event.data };
    case 'user.deactivated.v1':
      return { ...user, gone: true };
    case 'user.reactivated.v1':
      return { ...user, gone: false };
    default:
      return user;
  }
};

export const noticedUsers: PublicView<NoticedUser, UserEvent> = {
  name: 'noticed-users',
  events: userEvents,
  initial: { gone: false },
  evolve,
};
