import { policyEvents } from '#libs/features/policy/policy.events.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import { defineSaga, schedule } from '#libs/kernel/saga.ts';
import { toEachOpen } from './each-open.ts';

/** Long after any command that was decided before it saw the new version is in the lists. */
const STRAGGLERS_AFTER_MINUTES = 1;

/**
 * Service times or calendars that take effect move the clocks that run: every open case and complaint looks at its clocks, which then
 * catch up with the new version; a little later those that were judged by the old one meanwhile. One instance per kind of policy; it
 * remembers nothing. [SLA 8]
 */
export const policyChangesSaga = defineSaga('sla-policy-changes', {
  reads: [policyEvents],
  initial: {},
  keyOf: (event) =>
    event.type === 'policy.took-effect.v1' && (event.streamId === 'sla' || event.streamId === 'calendar')
      ? event.streamId
      : undefined,
  react: (state, input, kind) => {
    if (input.type === 'timer') {
      const { version } = input.payload as { readonly version: string };
      return { state, outputs: toEachOpen('observe-clocks', { [`${kind}Version`]: { $ne: version } }) };
    }
    const { version } = input.data;
    const at = addMinutes(input.recordedAt, STRAGGLERS_AFTER_MINUTES);
    return { state, outputs: [...toEachOpen('observe-clocks'), schedule({ version }, { at, key: 'stragglers' })] };
  },
});
