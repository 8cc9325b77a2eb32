import { LEDGER } from '#libs/kernel/actor.ts';
import type { Clearance, Cleared } from '#libs/kernel/clearance.ts';
import type { JsonValue } from '#libs/kernel/json.ts';
import { holdsSealed } from '#libs/kernel/sealed.ts';
import type { Sealed } from '#libs/kernel/sealed.ts';
import type { AccessedThing, AccessLog } from '#libs/ports/access-log.ts';
import type { Clock } from '#libs/ports/clock.ts';
import { maySeeClass } from './access.ts';
import type { AggregateStates } from './aggregate-states.ts';
import type { Viewer } from './ledger.ts';
import type { Sealer } from './seal.ts';

interface ShowingPorts {
  readonly sealer: Pick<Sealer, 'openAll'>;
  readonly accessLog: Pick<AccessLog, 'record'>;
  readonly clock: Clock;
  readonly states: Pick<AggregateStates, 'consult'>;
  /** Undefined: a role that sees personal values is enough. */
  readonly clearance: Clearance | undefined;
}

/** How answers show personal values. What they open is on record before they leave. [G2] */
export interface Showing {
  /**
   * The same JSON with its sealed values opened or masked for the viewer. Where any was opened, a record of it is durable before the
   * promise resolves; rejects with Unavailable where that cannot be.
   */
  readonly show: (json: JsonValue, viewer: Viewer, what: AccessedThing) => Promise<JsonValue>;
  /** All that is shown to the viewer that the work is given counts as one look, and is one record. */
  readonly asOne: <T>(viewer: Viewer, what: AccessedThing, work: (viewer: Viewer) => Promise<T>) => Promise<T>;
}

/** What one look showed so far. */
class Look {
  readonly subjects = new Set<string>();
  readonly classes = new Set<Sealed['as']>();
  values = 0;
  purpose: string | undefined;

  add({ of, as }: Sealed): void {
    this.values += 1;
    this.subjects.add(of);
    this.classes.add(as);
  }
}

/** A clearance that was ended holds no longer than this. */
const CLEARANCE_LAG_MS = 1_000;

export const showingFor = ({ sealer, accessLog, clock, states, clearance }: ShowingPorts): Showing => {
  const looks = new WeakMap<Viewer, Look>();

  const clearedFor = async ({ actor, purpose }: Viewer): Promise<Cleared> => {
    if (clearance === undefined) return {};
    const asker = { actor, now: clock.now(), ...(purpose === undefined ? {} : { purpose }) };
    const consulted: { [as: string]: unknown } = {};
    for (const { as, view, idOf } of clearance.consults) {
      const id = idOf(asker);
      consulted[as] = id === undefined ? view.initial : await states.consult(view, id, CLEARANCE_LAG_MS);
    }
    return clearance.decide(asker, consulted);
  };

  const keep = async (look: Look, { actor }: Viewer, what: AccessedThing): Promise<void> => {
    if (look.values === 0) return;
    await accessLog.record({
      at: clock.now(),
      actor: actor.id,
      roles: [...new Set(actor.grants.map(({ role }) => role))].sort(),
      ...(look.purpose === undefined ? {} : { purpose: look.purpose }),
      what,
      subjects: [...look.subjects].sort(),
      values: look.values,
      classes: [...look.classes].sort(),
    });
  };

  const open = async (json: JsonValue, viewer: Viewer, look: Look): Promise<JsonValue> => {
    const ofRole = maySeeClass(viewer.actor);
    const { masked, purpose = viewer.purpose, also } = await clearedFor(viewer);
    look.purpose = purpose;
    const isAlso = (of: string) => also !== undefined && (also.subjects === 'all' || also.subjects.includes(of));
    let withheld = false;
    const opened = await sealer.openAll(
      json,
      (dataClass, of) => {
        const sees = ofRole(dataClass) || (dataClass === 'personal' && isAlso(of));
        if (sees && masked !== undefined) withheld = true;
        return sees && masked === undefined;
      },
      (token) => look.add(token),
    );
    if (withheld) viewer.onMasked?.(masked!);
    return opened;
  };

  return {
    show: async (json, viewer, what) => {
      if (!holdsSealed(json)) return json;
      // The ledger's own work shows nothing to anybody; the one object is its identity, since a token could claim its id.
      if (viewer.actor === LEDGER) return sealer.openAll(json, maySeeClass(LEDGER));
      const whole = looks.get(viewer);
      if (whole !== undefined) return open(json, viewer, whole);
      const look = new Look();
      const opened = await open(json, viewer, look);
      await keep(look, viewer, what);
      return opened;
    },
    asOne: async (viewer, what, work) => {
      if (looks.has(viewer)) return work(viewer);
      const looking = { ...viewer };
      const look = new Look();
      looks.set(looking, look);
      const answer = await work(looking);
      await keep(look, viewer, what);
      return answer;
    },
  };
};
