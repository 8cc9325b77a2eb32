import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_SLA } from '#libs/features/policy/policy.events.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { ROLES } from '#libs/kernel/actor.ts';
import { epochMsOf, instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import type { Ledger } from '#libs/runtime/ledger.ts';
import { openParts, PERSON } from './open-parts.ts';
import { CASES_PER_CUSTOMER, CUSTOMER, fresh, idOf, removeUnusedModels, REQUEST } from './seed.ts';
import { carryOut, copierOf, templateOf } from './templates.ts';
import type { Template } from './templates.ts';

/** A case that was assigned and not yet answered: its first response and its solution. */
export const CLOCKS_PER_CASE = 2;

const HOUR_MS = 3_600_000;
const TARGET_HOURS = 24;
const FIRST_VERSION = 'bench-0@1';
/** From the beginning of one window to that of the next. */
export const WINDOW_GAP_MS = 10 * 60_000;

const everybody = (id: string): Actor => ({ id, grants: ROLES.map((role) => ({ role, team: '*' })) });

/** One rule for all, in calendar time: a case moved in time is then judged as it would have been at that time. */
const serviceTimes = (version: string, hours: number) => ({
  ...DEFAULT_SLA,
  version,
  rules: [
    {
      name: 'everybody',
      when: {},
      calendar: 'always',
      firstResponse: { minutes: hours * 60, counts: 'calendar-time' },
      resolution: { minutes: 3 * hours * 60, counts: 'calendar-time' },
    },
  ],
  // The share at which deadlines are missed, and no reminders before it.
  thresholds: { percents: [100], shortUnderMinutes: 60, shortPercents: [100] },
  ours: [],
});

/** Takes a version of the service times through all its steps: in force from now on. */
export const publishServiceTimes = async (ledger: Ledger, version: string, hours: number): Promise<void> => {
  const step = (who: string, name: string, body: object) =>
    carryOut({ ledger }, { name: `policy.${name}`, id: 'sla', body: body as JsonObject, actor: everybody(who) });
  const document = serviceTimes(version, hours);
  await step('bench-owner', 'apply', { document, department: 'customer-relations', reason: 'to be measured' });
  await step('bench-lawyer', 'review-legally', { version, verdict: 'passed' });
  await step('bench-committee', 'approve', { version });
  await step('bench-committee', 'publish', { version });
  const heldOn = ledger.now().slice(0, 10);
  await step('bench-owner', 'record-training', { version, heldOn, audience: 'service desk' });
};

const instants = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** All moments of a text, moved by so much; the end of time stays. */
const movedBy = (ms: number, text: string) =>
  text.replaceAll(instants, (at) => (at.startsWith('9999') ? at : instantOf(epochMsOf(at) + ms)));

const TEAMS = 20;
const teamOf = (index: number): string => `bench-team-${index % TEAMS}`;

/** Teams of people who can be called: a deadline is told to one of them. */
const furnish = async (ledger: Ledger): Promise<void> => {
  const tell = (name: string, id: string, body: JsonObject) =>
    carryOut({ ledger }, { name, id, body, actor: everybody('bench-owner') });
  for (let index = 0; index < TEAMS; index += 1) {
    const team = teamOf(index);
    for (const who of ['agent', 'supervisor', 'deputy', 'head'])
      await tell('user.import', `${team}-${who}`, { displayName: `${team} ${who}` });
    await tell('team.import', team, {
      name: team,
      zone: 'Asia/Shanghai',
      members: [`${team}-supervisor`, `${team}-deputy`],
    });
    await tell('team.name-leaders', team, { supervisorId: `${team}-supervisor`, deputies: [`${team}-deputy`] });
    await tell('team.name-department-head', team, { userId: `${team}-head` });
  }
};

const templates = async (folder: string): Promise<{ readonly customer: Template; readonly serviceCase: Template }> => {
  const parts = await openParts(folder);
  try {
    await publishServiceTimes(parts.ledger, FIRST_VERSION, TARGET_HOURS);
    const customerId = await carryOut(parts, { name: 'customer.register', body: CUSTOMER, actor: PERSON });
    const customer = await templateOf(parts, `customer-${customerId}`);
    const body = { ...REQUEST, customerId, team: teamOf(0) };
    const id = await carryOut(parts, { name: 'service-case.receive', body, actor: PERSON });
    await carryOut(parts, { name: 'service-case.identify', id, body: {}, actor: PERSON });
    await carryOut(parts, {
      ...{ name: 'service-case.assign', id, actor: everybody('bench-owner') },
      body: { assigneeId: `${teamOf(0)}-agent` },
    });
    return { customer, serviceCase: await templateOf(parts, `service-case-${id}`) };
  } finally {
    await parts.ledger.close();
  }
};

export interface ClocksSeed {
  readonly cases: number;
  /** Times at which deadlines come due, one after the other, so many in each: at WINDOW_GAP_MS from each other. */
  readonly windows: { readonly count: number; readonly deadlines: number; readonly everyMs: number };
  readonly onProgress?: (cases: number) => void;
}

/**
 * A data folder with so many cases that nobody has answered, two clocks each. Their deadlines come due from `from` on in windows;
 * those of the other cases in the hours from ten hours later on. No processes have seen them yet.
 */
export const seedClocks = async (
  folder: string,
  { cases, windows, onProgress }: ClocksSeed,
): Promise<{ readonly from: Instant }> => {
  const sample = join(folder, 'sample');
  const { customer, serviceCase } = await templates(await fresh(sample));
  await rm(sample, { recursive: true, force: true });
  const parts = await openParts(folder);
  const { ledger, vault } = parts;
  try {
    await publishServiceTimes(ledger, FIRST_VERSION, TARGET_HOURS);
    await furnish(ledger);
    const receivedMs = epochMsOf(serviceCase.events[0]!.metadata.recordedAt as Instant);
    // The service times are in force by the time at which the processes are started.
    const fromMs = Date.now() + WINDOW_GAP_MS;
    const customers = Math.ceil(cases / CASES_PER_CUSTOMER);
    await vault.ensure(Array.from({ length: customers }, (_, index) => idOf('customer', index)));

    const copier = copierOf(parts);
    const soon = windows.count * windows.deadlines;
    const dueMsOf = (index: number): number =>
      index < soon
        ? fromMs + Math.floor(index / windows.deadlines) * WINDOW_GAP_MS + (index % windows.deadlines) * windows.everyMs
        : fromMs + (10 + 12 * (index / cases)) * HOUR_MS;
    for (let index = 0; index < cases; index += 1) {
      const subject = idOf('customer', Math.floor(index / CASES_PER_CUSTOMER));
      const moved = Math.round(dueMsOf(index)) - TARGET_HOURS * HOUR_MS - receivedMs;
      const recordedAt = () => instantOf(receivedMs + moved);
      if (index % CASES_PER_CUSTOMER === 0)
        await copier.write(customer, { stream: `customer-${subject}`, id: subject, subject, recordedAt });
      const id = idOf('case', index);
      await copier.write(serviceCase, {
        ...{ stream: `service-case-${id}`, id, subject, recordedAt },
        change: (text) => movedBy(moved, text).replaceAll(teamOf(0), teamOf(index)),
      });
      if (index % 1_000 === 0) onProgress?.(index);
    }
    await copier.done();
    return { from: instantOf(fromMs) };
  } finally {
    await ledger.close();
    await removeUnusedModels(folder);
  }
};
