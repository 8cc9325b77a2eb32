import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import type { TSchema } from 'typebox';
import { ALL_TEAMS, ROLES } from '#libs/kernel/actor.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { Aggregate, Decision } from '#libs/kernel/aggregate.ts';
import type { Feature } from '#libs/kernel/feature.ts';
import { addMinutes } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { isRejection } from '#libs/kernel/rejection.ts';
import { renderSentence } from '#libs/kernel/sentence.ts';
import { MONDAY_9_IN_SHANGHAI, nothingConsulted, recorded } from './given-when-then.ts';

export interface AggregateCase<State> {
  readonly aggregate: Aggregate<State>;
  readonly feature: Feature;
  /** A body for every command, internal ones included. */
  readonly bodies: { readonly [command: string]: fc.Arbitrary<object> };
  /** How often a command is drawn; 8 where it is not named. Rare what ends most walks, often what leads on. */
  readonly weights?: { readonly [command: string]: number };
  /** What the commands' consultations may find. */
  readonly consulted?: fc.Arbitrary<{ readonly [as: string]: unknown }>;
  /** Which of its declared states a state is; a state that is none of them must throw. */
  readonly stateName: (state: State) => string;
  readonly states: readonly string[];
  /** States that the walk must have seen at least once: shows that it goes somewhere. */
  readonly reached?: readonly string[];
}

const omnipotent = (id: string): Actor => ({ id, grants: ROLES.map((role) => ({ role, team: ALL_TEAMS })) });

/** Small numbers, which shrink well; what they choose from depends on the state that the walk has reached. */
interface Step {
  /** Among what the state allows, or among everything. */
  readonly guided: boolean;
  readonly command: number;
  readonly body: number;
  readonly minutes: number;
  readonly actor: string;
  readonly consulted: { readonly [as: string]: unknown };
}

// Fixed: whether every command was accepted once must not depend on luck.
const SEED = 20_261_124;

/** What holds for every aggregate, whatever it is about. */
export const describeAggregate = <State>(name: string, of: AggregateCase<State>): void => {
  const { aggregate, feature, bodies } = of;
  const names = Object.keys(aggregate.commands);
  const drawn = names.flatMap((command) => Array<string>(of.weights?.[command] ?? 8).fill(command));
  const offered = names.filter((command) => aggregate.commands[command]!.internal !== true);
  const classes = async () => (await feature.edge!()).commands!;
  const pools = new Map(names.map((command) => [command, fc.sample(bodies[command]!, { numRuns: 16, seed: SEED })]));
  const step: fc.Arbitrary<Step> = fc.record({
    guided: fc.boolean(),
    command: fc.nat(10_000),
    body: fc.nat(15),
    minutes: fc.constantFrom(0, 1, 90, 1_500, 100_000),
    actor: fc.constantFrom('ann', 'bo', '42'),
    consulted: of.consulted ?? fc.constant({}),
  });
  const chosen = (allowed: readonly string[], { guided, command, body }: Pick<Step, 'guided' | 'command' | 'body'>) => {
    const among = guided ? drawn.filter((each) => allowed.includes(each)) : drawn;
    const name = (among.length === 0 ? drawn : among)[command % (among.length || drawn.length)]!;
    return { name, body: pools.get(name)![body]! };
  };

  describe(`${name}: what holds for every aggregate`, () => {
    it('has a class for every command that is offered, and none besides', async () => {
      const own = Object.keys(await classes()).filter((command) => command.startsWith(`${aggregate.name}.`));
      expect(own.sort()).toEqual([...offered].sort());
    });

    it('takes at the edge what its deciders are tested with, and refuses unknown fields', async () => {
      const known = await classes();
      for (const command of offered)
        for (const body of fc.sample(bodies[command]!, 20)) {
          const strict = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false };
          const check = (plain: object) =>
            validateSync(plainToInstance(known[command]!, plain), strict).map((error) => error.toString());
          expect({ command, body, errors: check(JSON.parse(JSON.stringify(body)) as object) }).toEqual({
            command,
            body,
            errors: [],
          });
          expect(check({ ...body, unheardOf: 1 })).not.toEqual([]);
        }
    });

    it('tells every event in both languages, of fields that it has', () => {
      for (const [type, { says, data }] of Object.entries(aggregate.events.definitions))
        for (const language of ['en', 'zh-CN'] as const) {
          expect(renderSentence(says[language], {})).toMatch(/\S{3}/);
          const fields = [...says[language].matchAll(/\{\??([A-Za-z][\w.]*)/g)].map((match) => match[1]!);
          expect({ type, unknown: fields.filter((path) => !hasField(data, path.split('.'))) }).toEqual({
            type,
            unknown: [],
          });
          if (language === 'zh-CN') expect(says[language]).toMatch(/\p{Script=Han}/u);
        }
    });

    it('reaches no undeclared state by any sequence of commands, and says what is allowed', () => {
      const seen = new Set<string>();
      const accepted = new Set<string>();
      fc.assert(
        fc.property(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (sequence) => {
          let state = aggregate.initial;
          let now = MONDAY_9_IN_SHANGHAI;
          let revision = 0;
          for (const { minutes, actor, consulted, ...choice } of sequence) {
            now = addMinutes(now, minutes);
            const allowed = aggregate.allowedIn(state);
            const { name, body } = chosen(allowed, choice);
            const definition = aggregate.commands[name]!;
            const decision = definition.decide(body, state, {
              now,
              actor: omnipotent(actor),
              id: '42',
              tenant: 'test',
              origin: definition.internal === true ? 'import' : 'command',
              consulted: { ...nothingConsulted(definition), ...consulted },
            }) as Decision;
            if (isRejection(decision)) {
              expect(names).toEqual(expect.arrayContaining([...decision.allowed]));
              expect(decision.code).toMatch(/^[a-z-]+\.[a-z-]+$/);
              expect(decision.message).toMatch(/\S{3}.*[.?]$/);
              continue;
            }
            if (decision.length > 0) {
              accepted.add(name);
              if (definition.internal !== true)
                expect({ state: of.stateName(state), allowed }).toEqual({
                  state: of.stateName(state),
                  allowed: expect.arrayContaining([name]) as unknown,
                });
            }
            for (const event of decision) {
              conforms(aggregate, event.type, event.data as JsonObject);
              state = aggregate.evolve(state, { ...recorded(aggregate.name, '42', revision, event), recordedAt: now });
              revision += 1;
            }
            expect(of.states).toContain(of.stateName(state));
            expect(JSON.parse(JSON.stringify(state))).toEqual(state);
            seen.add(of.stateName(state));
          }
        }),
        { numRuns: 400, seed: SEED },
      );
      expect([...seen]).toEqual(expect.arrayContaining([...(of.reached ?? [])]));
      expect(names.filter((command) => !accepted.has(command))).toEqual([]);
    });
  });
};

const hasField = (schema: TSchema, [first, ...rest]: readonly string[]): boolean => {
  const properties = (schema as { properties?: { [name: string]: TSchema } }).properties;
  const inner = properties?.[first!];
  return inner !== undefined && (rest.length === 0 || hasField(inner, rest));
};

const conforms = (aggregate: Aggregate, type: string, data: JsonObject) => {
  const definition = aggregate.events.definitions[type];
  if (definition === undefined) throw new Error(`${type} is not an event of ${aggregate.name}`);
  const plain = JSON.parse(JSON.stringify(data)) as JsonObject;
  const errors = Value.Errors(definition.data, plain).map((error) => `${error.instancePath} ${error.message}`);
  expect({ type, errors }).toEqual({ type, errors: [] });
  const declared = Object.keys((definition.data as unknown as { properties: object }).properties);
  expect(declared).toEqual(expect.arrayContaining(Object.keys(plain)));
};
