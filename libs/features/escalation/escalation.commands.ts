import { Flag, Id, OneOf, Text } from '#libs/features/staff/body-rules.commands.ts';
import { MATTERS } from './vocabulary.ts';
import type { About } from './vocabulary.ts';

export class AcknowledgeEscalation {}

export class RaiseEmergency {
  @OneOf(MATTERS)
  kind!: About['kind'];
  @Id({ description: 'Of the case or complaint; the emergency’s own id is <kind>-<this id>.emergency' })
  matterId!: string;
  @Text(2_000)
  why!: string;
  @Flag({ optional: true, description: 'An exercise: recorded as one, and said so in every notice' })
  drill?: boolean;
}

export class StandDown {
  @Text(2_000)
  why!: string;
}

/** By wire name: the bodies of everything that can be asked over HTTP. */
export const escalationCommands = {
  'escalation.acknowledge': AcknowledgeEscalation,
  'escalation.raise-emergency': RaiseEmergency,
  'escalation.stand-down': StandDown,
};
