import type { JsonObject } from '#libs/kernel/json.ts';
import { instantOf } from '#libs/kernel/instant.ts';
import { ERP } from './company.ts';
import type { Action, Company, NameId, Team } from './company.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import { CITIES, creditCode, enterpriseName, governmentName, personName, phoneNumber } from './names.ts';
import type { Random } from './random.ts';
import { PRODUCTS } from './scenarios.ts';
import { afterWork, startOfDay } from './working-time.ts';

export interface DemoCustomer {
  readonly id: string;
  readonly size: 'large' | 'medium' | 'small';
  readonly team: Team;
  readonly manager: Actor;
  readonly contact: string;
  /** Epoch milliseconds; no case before. */
  readonly since: number;
}

const DAY_MS = 86_400_000;

/** Most were customers before the year began; the others are won in its course. */
const SHARE_OF_OLD = 0.8;

const ORDERS = {
  large: { monthly: 4, from: 20_000, to: 120_000 },
  medium: { monthly: 2, from: 4_000, to: 20_000 },
  small: { monthly: 0.6, from: 500, to: 8_000 },
} as const;

const INDUSTRIES = ['C3411', 'C3812', 'C3596', 'C1499', 'C1789', 'C3670', 'C3589', 'G5990', 'D4420'];

/** Who the customers are, how they were admitted, and what they buy. */
export const winCustomers = (
  random: Random,
  nameId: NameId,
  company: Company,
  { begin, end, count }: { readonly begin: number; readonly end: number; readonly count: number },
): { readonly customers: readonly DemoCustomer[]; readonly actions: readonly Action[] } => {
  const actions: Action[] = [];
  const customers: DemoCustomer[] = [];
  const usedNames = new Set<string>();
  const usedCodes = new Set<string>();
  const fresh = (make: () => string, used: Set<string>): string => {
    for (;;) {
      const made = make();
      if (used.has(made)) continue;
      used.add(made);
      return made;
    }
  };

  for (let index = 0; index < count; index += 1) {
    const id = nameId(`customer/${index}`);
    const kind = random.weighted([
      ['enterprise', 80],
      ['government', 12],
      ['individual', 8],
    ] as const);
    const size =
      kind === 'individual'
        ? 'small'
        : random.weighted([
            ['large', 10],
            ['medium', 30],
            ['small', 60],
          ] as const);
    const city = random.pick(CITIES);
    const region = size === 'large' ? 'key' : city.region;
    const team = company.teams.find((each) => each.region === region)!;
    const manager = random.pick(team.managers);
    const old = index < count * SHARE_OF_OLD;
    const since = old ? begin + random.whole(0, 3) * 60_000 : afterWork(begin + random.next() * (end - begin) * 0.8, 1);
    const contact = personName(random);
    const act = (at: number, name: string, body: JsonObject, actor: Actor = manager) =>
      actions.push({ at, name, id, body, actor });

    const code = kind === 'individual' ? undefined : fresh(() => creditCode(random, city), usedCodes);
    act(since, 'customer.register', {
      kind,
      team: team.id,
      ...(kind === 'individual'
        ? { personName: contact }
        : {
            organisationName: fresh(
              () =>
                kind === 'government'
                  ? governmentName(random, city) +
                    (random.chance(0.5) ? '' : `第${random.pick([...'一二三四五六七八九'])}分部`)
                  : enterpriseName(random, city),
              usedNames,
            ),
            unifiedSocialCreditCode: code!,
            registeredPlace: `${city.name}市`,
            industryCode: random.pick(INDUSTRIES),
            size,
            legalRepresentative: personName(random),
          }),
    });
    act(since, 'customer.screen', {});
    // The old ones went through it all at once, when the ledger was begun.
    const step = (days: number) => (old ? since : afterWork(since + days * DAY_MS, 30));
    act(step(1), 'customer.qualify', {});
    act(step(3), 'customer.check-background', {});
    act(step(5), 'customer.assess', {
      value: random.whole(2, 5),
      risk: random.whole(1, 4),
      ability: random.whole(2, 5),
    });
    act(step(7), 'customer.admit', {}, team.supervisor);
    act(step(7), 'customer.add-contact', {
      name: contact,
      role: random.pick(['采购', '设备', '生产', '技术']),
      phone: phoneNumber(random),
    });
    act(step(7), 'customer.assign-account-manager', { userId: manager.id });
    if (size === 'large')
      act(step(7), 'customer.sign-contract', {
        number: `HT-${String(index + 1).padStart(4, '0')}`,
        subjectMatter: '年度框架采购与服务',
        signedOn: instantOf(since).slice(0, 10),
      });
    if (size === 'large' && random.chance(0.05))
      act(step(8), 'customer.grant-standing', { standing: 'benchmark', why: '行业标杆客户' }, team.supervisor);
    const first = old ? since - random.whole(30, 1_500) * DAY_MS : step(8);
    buy(random, { first, begin, end, size }, (at, transactions) =>
      act(at, 'customer.record-transactions', transactions, ERP),
    );
    customers.push({ id, size, team, manager, contact, since: step(8) });
  }
  return { customers, actions };
};

/** Invoices come over from the accounting system at the end of each month; the first time with all that went before. */
const buy = (
  random: Random,
  {
    first,
    begin,
    end,
    size,
  }: { readonly first: number; readonly begin: number; readonly end: number; readonly size: DemoCustomer['size'] },
  send: (at: number, body: JsonObject) => void,
): void => {
  const { monthly, from, to } = ORDERS[size];
  let number = 0;
  const invoices = (after: number, before: number, howMany: number) =>
    Array.from({ length: howMany }, () => after + random.next() * (before - after))
      .sort((a, b) => a - b)
      .map((at) => ({
        key: `FP${String((number += 1)).padStart(5, '0')}`,
        at: instantOf(Math.floor(at / 60_000) * 60_000),
        amount: `${random.whole(from, to)}.${String(random.whole(0, 99)).padStart(2, '0')}`,
        currency: 'CNY',
        product: random.pick(PRODUCTS),
        channel: random.pick(['直销', '经销商', '网上商城']),
      }));
  const MONTH_MS = 30 * DAY_MS;
  let from_ = Math.min(first, begin);
  if (first < begin) {
    const transactions = [
      ...invoices(first, first + DAY_MS, 1),
      ...invoices(
        Math.max(first + DAY_MS, begin - 365 * DAY_MS),
        begin,
        Math.min(90, Math.round((monthly * 12 * Math.min(365, (begin - first) / DAY_MS)) / 365)),
      ),
    ];
    send(begin + 10 * 60_000, { transactions });
    from_ = begin;
  } else from_ = first;
  for (let month = startOfDay(from_, 30); month < end; month += MONTH_MS) {
    const howMany = Math.floor(monthly * 2 * random.next() + random.next());
    if (howMany > 0) send(month + 20 * 3_600_000, { transactions: invoices(from_, month, howMany) });
    from_ = month;
  }
};
