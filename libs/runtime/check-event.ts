import { Compile } from 'typebox/compile';
import type { EventDefinition } from '#libs/kernel/event.ts';

/** Throws where an event's data does not fit its schema: a decider's mistake, which must not become history. */
export type CheckEvent = (type: string, data: unknown) => void;

/** Checkers are compiled when an event of the type is first written. */
export const eventChecker = (definitions: ReadonlyMap<string, EventDefinition>): CheckEvent => {
  const compiled = new Map<string, ReturnType<typeof Compile>>();
  return (type, data) => {
    let checker = compiled.get(type);
    if (checker === undefined) {
      const definition = definitions.get(type);
      if (definition === undefined)
        throw new Error(`No feature declares the event ${type}: add its events to the feature that writes it.`);
      checker = Compile(definition.data);
      compiled.set(type, checker);
    }
    if (checker.Check(data)) return;
    const [first] = checker.Errors(data);
    throw new Error(
      `${type}${first?.instancePath ?? ''} ${first?.message ?? 'does not fit its schema'}: the decider that wrote it is wrong.`,
    );
  };
};
