// The feature's public face: users and teams as other features' decisions see them, and who is reached when somebody is called.
export { userEvents } from './user.events.ts';
export type { UserEvent } from './user.events.ts';
export { isThere } from './user.state.ts';
export type { KnownUser, User } from './user.state.ts';
export { teamEvents } from './team.events.ts';
export type { TeamEvent } from './team.events.ts';
export { leadersAndDutyOf, onDutyAt, peopleOf, teamCard } from './team.state.ts';
export type { KnownTeam, Shift, Team } from './team.state.ts';
export { consultPeople, peopleIn, standInFor, userCard } from './stand-in.ts';
export type { People, Reached } from './stand-in.ts';
export { openAt } from './working-hours.ts';
export type { WorkingHours } from './working-hours.ts';
