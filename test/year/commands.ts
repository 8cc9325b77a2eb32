import { escalationIdFor, emergencyIdFor, callKey } from '#libs/features/escalation/vocabulary.ts';
import { noticeIdFor, OPERATORS } from '#libs/features/notices/notices.events.ts';
import { aggregateIdFor } from '#libs/kernel/identifiers.ts';
import { instantOf } from '#libs/kernel/instant.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { ClockName } from '#libs/features/sla/sla.events.ts';
import { DAY } from './hours.ts';
import { isOfMatter } from './story.ts';
import type { Customer, MatterStep, OfficeStep, Step, Story, Track } from './story.ts';

// How a step of the story is said to the ledger.

export interface Command {
  readonly by: string;
  /** What a source system says of the time before: it starts nothing. */
  readonly origin?: 'import';
  readonly name: string;
  readonly id?: string;
  readonly body: object;
}

const TENANT = 'test';
/** What is created by the first command of a step has the id that follows from that command's. */
const idOfStep = ({ at }: { readonly at: number }, index = 0): string => aggregateIdFor(TENANT, `year/${at}/${index}`);

const kindOf = (opened: MatterStep): 'service-case' | 'complaint' =>
  opened.does === 'file' ? 'complaint' : 'service-case';

/** Customers are registered in the story's first step. */
const customerIdOf = (key: string, { customers, steps }: Story): string =>
  idOfStep(steps[0]!, firstCustomerCommand(customers, key));

const registering = ({ key, team, tier, accountManager }: Customer, id: string): readonly Command[] => {
  const transaction = (nth: number, at: Instant, amount: string) => ({
    ...{ key: `${key}-${nth}`, at, amount, currency: 'CNY' },
  });
  const past = tier === 'B' ? [transaction(1, '2023-11-01T00:00:00.000Z', '1000')] : [];
  const spent = transaction(2, '2024-12-20T00:00:00.000Z', tier === 'B' ? '150000' : '2000');
  return [
    { by: 'olga', name: 'customer.register', body: { kind: 'enterprise', organisationName: `客户${key}`, team } },
    ...(accountManager === undefined
      ? []
      : [{ by: 'olga', name: 'customer.assign-account-manager', id, body: { userId: accountManager } }]),
    ...(tier === 'A'
      ? [{ by: 'mei', name: 'customer.grant-standing', id, body: { standing: 'benchmark', why: '行业标杆' } }]
      : tier === undefined
        ? []
        : [{ by: 'olga', name: 'customer.record-transactions', id, body: { transactions: [...past, spent] } }]),
  ];
};

/** The place of a customer's registration among the commands of the first step. */
const firstCustomerCommand = (customers: readonly Customer[], key: string): number => {
  let place = 0;
  for (const customer of customers) {
    if (customer.key === key) return place;
    place += registering(customer, '').length;
  }
  throw new Error(`There is no customer ${key} in the story.`);
};

const founding = (story: Story): readonly Command[] => {
  const { people, teams, customers } = story;
  const by = 'olga';
  const hooked = people.filter(({ hook }) => hook);
  return [
    ...customers.flatMap((customer) =>
      registering(customer, customerIdOf(customer.key, story)).map((each) => ({ ...each, origin: 'import' as const })),
    ),
    ...people.map(({ id }) => ({ by, name: 'user.import', id, body: { displayName: id } })),
    ...people.flatMap(({ id, deputies, hours, address }) => [
      ...(deputies.length === 0 ? [] : [{ by, name: 'user.name-deputies', id, body: { deputies } }]),
      ...(hours === undefined
        ? []
        : [{ by, name: 'user.set-working-hours', id, body: { zone: hours.zone, windows: hours.windows } }]),
      ...(address ? [{ by, name: 'recipient.set-address', id, body: { address: `${id}@example.org` } }] : []),
    ]),
    ...hooked.map(({ id }) => ({ by, name: 'recipient.set-target', id, body: { channel: 'webhook', target: id } })),
    { by, name: 'recipient.set-address', id: OPERATORS, body: { address: 'operators@example.org' } },
    ...teams.flatMap(({ id, members, supervisorId, deputies, departmentHeadId, shifts, duties }) => [
      { by, name: 'team.import', id, body: { name: id, zone: 'Asia/Shanghai', members } },
      ...(supervisorId === undefined ? [] : [{ by, name: 'team.name-leaders', id, body: { supervisorId, deputies } }]),
      ...(departmentHeadId === undefined
        ? []
        : [{ by, name: 'team.name-department-head', id, body: { userId: departmentHeadId } }]),
      ...(shifts.length === 0
        ? []
        : [{ by, name: 'team.set-duty-shifts', id, body: { zone: 'Asia/Shanghai', shifts } }]),
      ...duties.map(({ userId, from, until }) => {
        const body = { userId, from: instantOf(from), until: instantOf(until) };
        return { by, name: 'team.roster-duty', id, body };
      }),
    ]),
  ];
};

const ofOffice = (step: OfficeStep, story: Story): readonly Command[] => {
  switch (step.does) {
    case 'found':
      return founding(story);
    case 'publish-ladders': {
      const { document } = step;
      const { version } = document;
      const say = (name: string, by: string, body: object) => ({ by, name: `policy.${name}`, id: 'ladder', body });
      return [
        say('apply', 'olga', { document, department: 'management', reason: 'our own groups' }),
        say('review-legally', 'leo', { version, verdict: 'passed' }),
        say('approve', 'mei', { version }),
        say('publish', 'mei', { version }),
        say('record-training', 'olga', { version, heldOn: instantOf(step.at - DAY).slice(0, 10), audience: 'all' }),
      ];
    }
    case 'leave': {
      const body = { from: instantOf(step.from), until: instantOf(step.until), kind: 'leave' };
      return [{ by: step.who, name: 'user.declare-absence', id: step.who, body }];
    }
    case 'promote': {
      const id = customerIdOf(step.customer, story);
      return [{ by: 'mei', name: 'customer.grant-standing', id, body: { standing: 'benchmark', why: '行业标杆' } }];
    }
    case 'resume-hook':
      return [{ by: 'olga', name: 'recipient.resume-channel', id: step.who, body: { channel: 'webhook' } }];
  }
};

const climbOf = (about: { readonly kind: 'service-case' | 'complaint'; readonly id: string }, of: Track): string =>
  of === 'emergency' ? emergencyIdFor(about) : escalationIdFor(about, of.clock as ClockName, of.cycle);

const ofMatter = (step: MatterStep, story: Story): readonly Command[] => {
  const { matter, by } = step;
  const opened = story.steps.find(
    (each): each is Extract<MatterStep, { does: 'receive' | 'file' }> =>
      (each.does === 'receive' || each.does === 'file') && each.matter === matter,
  )!;
  const kind = kindOf(opened);
  const id = idOfStep(opened);
  const say = (name: string, body: object = {}) => [{ by, name: `${kind}.${name}`, id, body }];
  const message = { channel: 'phone', text: '…' };
  const about = { kind, id };
  switch (step.does) {
    case 'receive':
    case 'file': {
      const { customer, team } = step;
      const whose = {
        reference: matter,
        ...(customer === undefined ? {} : { customerId: customerIdOf(customer, story) }),
        ...(team === undefined ? {} : { team }),
      };
      if (step.does === 'file') {
        const body = { ...whose, channel: 'phone', category: 'delivery', severity: step.severity, description: '…' };
        return [{ by, name: 'complaint.file', body }];
      }
      const request = { kind: 'technical-support', channel: 'phone', subjectLine: '…' };
      const priority = step.urgent ? 'critical' : 'moderate';
      const complexity = step.complex ? 'complex' : 'routine';
      const receivedAt = step.receivedAt === step.at ? {} : { receivedAt: instantOf(step.receivedAt) };
      return [
        { by, name: 'service-case.receive', body: { ...request, ...whose, priority, complexity, ...receivedAt } },
      ];
    }
    case 'assign':
    case 'reassign':
      return say('assign', kind === 'complaint' ? { responsibleId: step.who } : { assigneeId: step.who, reason: 'so' });
    case 'prioritise':
      return say('change-priority', { priority: step.urgent ? 'critical' : 'moderate', reason: 'so' });
    case 'raise-severity':
      return say('change-severity', { severity: step.severity, why: 'so' });
    case 'acknowledge': {
      const climb = climbOf(about, step.of);
      if (!step.inInbox) return [{ by, name: 'escalation.acknowledge', id: climb, body: {} }];
      const noticeId = noticeIdFor(by, callKey(climb, step.round, step.level));
      return [{ by, name: 'notice.acknowledge', id: noticeId, body: {} }];
    }
    case 'raise-emergency': {
      const body = { kind, matterId: id, why: 'so', ...(step.drill ? { drill: true } : {}) };
      return [{ by, name: 'escalation.raise-emergency', id: emergencyIdFor(about), body }];
    }
    case 'stand-down':
      return [{ by, name: 'escalation.stand-down', id: emergencyIdFor(about), body: { why: 'so' } }];
    case 'identify':
    case 'start':
    case 'resume':
    case 'close':
      return say(step.does);
    case 'wait':
      return say('wait-for-customer', { reason: 'so' });
    case 'wait-for-others':
      return say('wait-for-others', { reason: 'so' });
    case 'customer-writes':
      return say('record-customer-message', message);
    case 'answer':
      return say('send-answer', message);
    case 'note':
      return say('add-note', { text: '…' });
    case 'solve':
      return say('solve', { resultCode: 'solved', solution: '…' });
    case 'reopen':
      return say('reopen', kind === 'complaint' ? { why: 'so' } : { reason: 'so' });
    case 'accept':
      return say('accept', { responsibleId: by });
    case 'investigate':
      return say('begin-investigation');
    case 'find':
      return say('record-finding', { finding: 'founded', cause: 'delay', explanation: '…' });
    case 'plan':
      return say('set-plan', { plan: '…', completeBy: instantOf(step.at + DAY) });
    case 'handle':
      return say('begin-handling');
    case 'need-nothing':
      return say('record-no-corrective-action', { why: 'so' });
    case 'answer-finally':
      return say('send-final-answer', { ...message, remedy: 'apology' });
    case 'pass-review':
      return say('pass-review');
    case 'withdraw':
      return say('withdraw', { why: 'so' });
  }
};

/** The commands of a step, in order. Each has the id that its place among them gives, so a second life repeats the first. */
export const commandsOf = (step: Step, story: Story): readonly Command[] =>
  isOfMatter(step) ? ofMatter(step, story) : ofOffice(step, story);
