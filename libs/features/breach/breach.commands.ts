import { Ids, Moment, OneOf, Text } from '#libs/features/staff/body-rules.commands.ts';
import { ACCOUNTABILITY, BREACH_KINDS, ISOLATIONS } from './vocabulary.ts';

export class DetectBreach {
  @OneOf(BREACH_KINDS)
  kind!: (typeof BREACH_KINDS)[number];
  @Moment({ optional: true, description: 'Now where left out' })
  detectedAt?: string;
  @Text(4_000)
  description!: string;
}

export class IsolateBreach {
  @OneOf(ISOLATIONS)
  how!: (typeof ISOLATIONS)[number];
  @Text(4_000)
  note!: string;
}

/** Which access records are looked at. */
export class DetermineAffectedBy {
  @Ids(100, { description: 'Whose looks, e.g. the user of a stolen token' })
  actors!: string[];
  @Moment()
  from!: string;
  @Moment({ description: 'Exclusive' })
  to!: string;
}

export class TellAffected {
  @Ids(1_000, { optional: true, description: 'All who were not told yet where left out' })
  subjects?: string[];
  @Text(4_000, { description: 'How they can protect themselves' })
  advice!: string;
}

export class TellRegulator {
  @Text(200)
  authority!: string;
  @Text(100)
  fileNumber!: string;
}

export class RecordAccountability {
  @OneOf(ACCOUNTABILITY)
  consequence!: (typeof ACCOUNTABILITY)[number];
  @Text(4_000)
  note!: string;
}

export class RecordFix {
  @Text(4_000)
  fix!: string;
}

export class CloseBreach {}

/** By wire name: the bodies of everything that can be asked over HTTP. */
export const breachCommands = {
  'breach.detect': DetectBreach,
  'breach.isolate': IsolateBreach,
  'breach.tell-affected': TellAffected,
  'breach.tell-regulator': TellRegulator,
  'breach.record-accountability': RecordAccountability,
  'breach.record-fix': RecordFix,
  'breach.close': CloseBreach,
};
