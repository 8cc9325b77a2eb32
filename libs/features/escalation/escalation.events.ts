// The feature's public face.
export { escalationEvents } from './escalation-events.ts';
export type { EscalationEvent, NewEscalationEvent, Recipient } from './escalation-events.ts';
export { callKey, emergencyIdFor, escalationIdFor } from './vocabulary.ts';
export type { About, Track } from './vocabulary.ts';
