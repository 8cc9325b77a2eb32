// The documents that the engine judges by, as the policy feature publishes them.
export type { Calendar, CalendarDocument, SlaDocument, SlaRule, Target } from '#libs/features/policy/policy.events.ts';
