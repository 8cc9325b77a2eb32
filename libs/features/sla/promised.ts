import type { ClockRecordData, Promised } from './clock-records.ts';
import type { SlaClock } from './clock.ts';

/** What figures tell the promise about a clock apart by: of the target whose deadline holds, and of who has the matter. */
export const promisedBy = (
  { targets, governedBy, team: ofClock }: SlaClock,
  { sort, team: ofOwner }: Pick<ClockRecordData<'clocks-judged.v1'>, 'sort' | 'team'>,
): Promised => {
  const { servedAs, slaVersion } = targets[governedBy]!;
  const { tier, urgent } = servedAs;
  // An internal clock is its team's, whoever has the matter.
  const team = ofClock ?? ofOwner;
  return {
    sort,
    ...(team === undefined ? {} : { team }),
    ...(tier === undefined ? {} : { tier }),
    ...{ urgent, slaVersion },
  };
};
