import type { Actor } from '#libs/kernel/actor.ts';
import type { JsonObject } from '#libs/kernel/json.ts';
import { PORTAL } from './company.ts';
import type { Action, NameId } from './company.ts';
import type { DemoCustomer } from './customers.ts';
import type { Random } from './random.ts';
import { COMMENTS, FOLLOW_UPS, PRODUCTS, SCENARIOS } from './scenarios.ts';
import { WORKING_MINUTES, afterWork, atWork } from './working-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** How often a customer of that size calls, against the others. */
const CALLS = { large: 8, medium: 3, small: 1 } as const;
/** Median working minutes until a person answers, and until the problem is solved. */
const PACE = {
  large: { answer: 35, solve: 300 },
  medium: { answer: 90, solve: 600 },
  small: { answer: 170, solve: 900 },
} as const;

const CHANNELS = [
  ['phone', 45],
  ['e-mail', 20],
  ['chat', 20],
  ['portal', 15],
] as const;

/** The life of one case, from the request to the end. */
const liveThrough = (random: Random, id: string, customer: DemoCustomer, received: number, nth: number): Action[] => {
  const actions: Action[] = [];
  const { team, size } = customer;
  const [first, second] = [random.pick(team.agents), random.pick(team.agents)];
  const specialist = random.pick(team.agents);
  const scenario = random.weighted(SCENARIOS.map((each) => [each, each.weight] as const));
  const product = random.pick(PRODUCTS);
  const text = (template: string) => template.replaceAll('{p}', product);
  const channel = scenario.kind === 'return-visit' ? 'phone' : random.weighted(CHANNELS);
  const byProgram = channel === 'e-mail' || channel === 'portal';
  const clerk: Actor = byProgram ? PORTAL : first;
  const priority = random.weighted([
    ['critical', 4],
    ['high', 14],
    ['moderate', 60],
    ['low', 22],
  ] as const);
  const pace = priority === 'critical' ? 0.3 : priority === 'high' ? 0.5 : 1;

  let now = byProgram ? received : atWork(received);
  const act = (name: string, body: JsonObject, actor: Actor) =>
    actions.push({ at: now, name: `service-case.${name}`, id, body, actor });
  const pass = (minutes: number) => void (now = afterWork(now, minutes));
  const fromCustomer = (message: string) =>
    act(
      'record-customer-message',
      { channel, text: message, author: customer.contact },
      byProgram ? PORTAL : specialist,
    );
  const fromStaff = (message: string, by: Actor = specialist) => act('send-answer', { channel, text: message }, by);

  const solve = () => {
    pass(random.skewed(PACE[size].solve * pace * 0.6));
    act(
      'solve',
      { resultCode: scenario.kind === 'consultation' ? 'explained' : 'solved', solution: text(scenario.solution) },
      specialist,
    );
    fromStaff(`问题已处理：${text(scenario.solution)}请确认。`);
  };
  const finish = () => {
    pass(random.skewed(WORKING_MINUTES / 2));
    const byCustomer = random.chance(0.75);
    act('confirm-solution', { by: byCustomer ? 'customer' : 'no-answer' }, byProgram ? PORTAL : specialist);
    pass(random.whole(5, WORKING_MINUTES));
    if (byCustomer && random.chance(0.8)) {
      const late = (now - received) / DAY_MS > 6 || nth % 17 === 0;
      const score = random.weighted(
        late
          ? ([
              [1, 15],
              [2, 25],
              [3, 30],
              [4, 20],
              [5, 10],
            ] as const)
          : ([
              [2, 2],
              [3, 10],
              [4, 38],
              [5, 50],
            ] as const),
      );
      act('evaluate', { score, ...(random.chance(0.6) ? { comment: random.pick(COMMENTS[score]!) } : {}) }, PORTAL);
    } else act('record-no-evaluation', {}, PORTAL);
    pass(random.whole(10, WORKING_MINUTES));
    act(
      'record-retrospective',
      { cause: text(scenario.cause), wentWell: '沟通及时，资料齐全', toImprove: '完善常见问题说明' },
      specialist,
    );
    act(
      'sign-execution-record',
      { problem: text(scenario.subject), result: text(scenario.solution), contact: customer.contact },
      random.chance(0.5) ? customer.manager : specialist,
    );
    act('close', {}, specialist);
  };

  act(
    'receive',
    {
      ...{ kind: scenario.kind, channel, customerId: customer.id, contact: customer.contact, team: team.id },
      ...{ subjectLine: text(scenario.subject), description: text(scenario.description) },
      ...{ priority, complexity: random.chance(0.15) ? 'complex' : 'routine' },
      reference: `FW-${String(nth).padStart(5, '0')}`,
    },
    clerk,
  );
  if (byProgram)
    act('send-automatic-answer', { channel, text: '您的服务请求已收到，我们会尽快安排人员处理。' }, PORTAL);
  pass(random.whole(2, 12));
  act('identify', {}, first);
  act('assign', { assigneeId: specialist.id }, first);
  pass(random.skewed(PACE[size].answer * pace));
  act('start', {}, specialist);
  fromStaff(text(scenario.question));

  if (random.chance(0.35)) {
    act('wait-for-customer', { reason: '等待客户补充资料' }, specialist);
    pass(random.skewed(WORKING_MINUTES * 0.8));
  } else pass(random.skewed(40));
  fromCustomer(text(scenario.reply));
  pass(random.skewed(50 * pace));
  fromStaff(text(scenario.answer));
  if (random.chance(0.12)) {
    act('wait-for-others', { reason: '等待配件到货' }, specialist);
    pass(random.skewed(WORKING_MINUTES * 1.5));
    act('resume', { reason: '配件已到' }, specialist);
  }
  if (random.chance(0.25)) {
    const [ask, answer] = random.pick(FOLLOW_UPS);
    pass(random.skewed(120));
    fromCustomer(ask);
    pass(random.skewed(30));
    fromStaff(answer);
  }
  if (random.chance(0.06) && (priority === 'low' || priority === 'moderate'))
    act('change-priority', { priority: 'high', reason: '客户产线停机，影响扩大' }, team.supervisor);
  if (random.chance(0.07) && second.id !== specialist.id)
    act('assign', { assigneeId: second.id, reason: '原处理人外出，由同事接手' }, team.supervisor);
  solve();
  if (random.chance(0.05)) {
    pass(random.skewed(WORKING_MINUTES));
    act('refuse-solution', { reason: '按说明操作后问题再次出现' }, byProgram ? PORTAL : specialist);
    pass(30);
    fromStaff('抱歉给您添麻烦，我们马上重新排查。');
    solve();
  }
  finish();
  if (random.chance(0.03)) {
    now = atWork(now + random.whole(1, 5) * DAY_MS);
    act('reopen', { reason: '客户来电：问题再次出现' }, team.supervisor);
    pass(30);
    fromStaff('已重新受理，工程师会在今天与您联系。');
    solve();
    finish();
  }
  return actions;
};

/** So many cases over the year, more on working days than on others. */
export const workCases = (
  random: Random,
  nameId: NameId,
  customers: readonly DemoCustomer[],
  { begin, end, count }: { readonly begin: number; readonly end: number; readonly count: number },
): readonly Action[] => {
  const callers = customers.map((customer) => [customer, CALLS[customer.size]] as const);
  const actions: Action[] = [];
  for (let nth = 1; nth <= count; nth += 1) {
    let customer = random.weighted(callers);
    let received = begin + Math.floor((random.next() * (end - begin)) / MINUTE_MS) * MINUTE_MS;
    while (customer.since > received) {
      customer = random.weighted(callers);
      received = begin + Math.floor((random.next() * (end - begin)) / MINUTE_MS) * MINUTE_MS;
    }
    // Nine of ten call in working hours; the others write at night or on a Sunday.
    if (!random.chance(0.1)) received = atWork(received);
    actions.push(...liveThrough(random, nameId(`case/${nth}`), customer, received, nth));
  }
  return actions;
};
