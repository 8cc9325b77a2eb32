import { spendWindow } from '#libs/features/tiering/tiering.events.ts';
import type { AbcDecision, AbcPolicy } from '#libs/features/tiering/tiering.events.ts';
import type { Actor } from '#libs/kernel/actor.ts';
import type { Instant } from '#libs/kernel/instant.ts';
import type { AskedForDocuments, Moment } from '#libs/kernel/moment.ts';
import { compareAmounts } from '#libs/kernel/money.ts';
import { LANGUAGES, momentInWords } from '#libs/kernel/terms.ts';
import type { Language } from '#libs/kernel/terms.ts';
import { customerTerms } from './terms.ts';

/** What decided a customer's class, as it stands in the decision itself. [A6, A7] */
export interface TierReason extends Omit<AbcDecision, 'tier' | 'needsReview'> {
  readonly previousTier?: string;
  readonly policyVersion: string;
  /** The moment whose facts were looked at. */
  readonly asAt: Instant;
}

export interface ExplainedTier {
  readonly customerId: string;
  readonly tier: AbcDecision['tier'];
  readonly needsReview: boolean;
  readonly reason: TierReason;
  readonly lines: { readonly [L in Language]: readonly string[] };
}

const word = (field: string, code: string, language: Language): string =>
  customerTerms[field]?.[code]?.[language] ?? code;

/** `120000 < 500000 (A), ≥ 100000 (B)`: the comparisons up to the first threshold that is reached. */
const compared = (value: string, thresholds: { readonly a: string; readonly b: string }): string => {
  const reaches = (threshold: string) => compareAmounts(value, threshold) >= 0;
  const a = `${value} ${reaches(thresholds.a) ? '≥' : '<'} ${thresholds.a} (A)`;
  return reaches(thresholds.a) ? a : `${a}, ${reaches(thresholds.b) ? '≥' : '<'} ${thresholds.b} (B)`;
};

type Say = (english: string, chinese: string) => void;

const sayFigures = (reason: TierReason, say: Say): void => {
  const { inputs, thresholds, tierBySpend, tierByTenure, asAt } = reason;
  const { spend, currency, tenureDays, firstTransactionAt, transactions, withoutRate = [] } = inputs;
  const { from, to } = spendWindow({ spendDays: thresholds.spendDays } as AbcPolicy, asAt);
  const window = `${momentInWords(from)} – ${momentInWords(to)}`;
  if (spend === undefined)
    say(
      `Spend in ${thresholds.spendDays} days (${window}): ${transactions} transactions, some in ${withoutRate.join(', ')}, for which the policy has no rate; no sum.`,
      `${thresholds.spendDays}天内消费（${window}）：${transactions}笔交易，其中${withoutRate.join('、')}在政策中无汇率，无法合计。`,
    );
  else {
    const sums = compared(spend, { a: thresholds.a.spend, b: thresholds.b.spend });
    say(
      `Spend in ${thresholds.spendDays} days (${window}): ${spend} ${currency} in ${transactions} transactions. ${sums}: ${tierBySpend} by spend.`,
      `${thresholds.spendDays}天内消费（${window}）：${transactions}笔交易共 ${spend} ${currency}。${sums}：按消费为 ${tierBySpend}。`,
    );
  }
  const days = compared(String(tenureDays), { a: String(thresholds.a.tenureDays), b: String(thresholds.b.tenureDays) });
  const since = firstTransactionAt === undefined ? undefined : momentInWords(firstTransactionAt);
  say(
    `${since === undefined ? 'No dealing yet' : `Dealings since ${since}`}: ${tenureDays} whole days. ${days}: ${tierByTenure} by tenure.`,
    `${since === undefined ? '尚无交易' : `首笔交易于 ${since}`}：合作${tenureDays}整天。${days}：按合作时间为 ${tierByTenure}。`,
  );
};

const linesOf = (tier: string, needsReview: boolean, reason: TierReason): ExplainedTier['lines'] => {
  const lines: { readonly [L in Language]: string[] } = { en: [], 'zh-CN': [] };
  const say: Say = (english, chinese) => {
    lines.en.push(english);
    lines['zh-CN'].push(chinese);
  };
  const { policyVersion, decidingRule, asAt, previousTier, inputs, criteriaDisagree } = reason;
  const [en, zh] = LANGUAGES.map((language) => ({
    tier: word('tier', tier, language),
    rule: word('decidingRule', decidingRule, language),
    before: previousTier === undefined ? undefined : word('tier', previousTier, language),
    standing: inputs.standing === undefined ? undefined : word('standing', inputs.standing, language),
  })) as [WordsOfTier, WordsOfTier];
  say(
    `Class ${en.tier}, as of the facts of ${momentInWords(asAt)}, under policy ${policyVersion}; rule: ${en.rule}.`,
    `客户类别为“${zh.tier}”，依据 ${momentInWords(asAt)} 的事实，政策${policyVersion}；规则：${zh.rule}。`,
  );
  sayFigures(reason, say);
  if (en.standing !== undefined)
    say(
      `Recognised as ${en.standing}, approved by ${inputs.approver}: class A whatever they spend.`,
      `认定为${zh.standing}，批准人${inputs.approver}：无论消费多少均为A类。`,
    );
  else if (inputs.spend !== undefined)
    say(
      criteriaDisagree ? `Spend and tenure disagree: the lower counts, ${en.tier}.` : `Both say ${en.tier}.`,
      criteriaDisagree ? `消费与合作时间结论不一致，取较低者：${zh.tier}。` : `两者均为${zh.tier}。`,
    );
  if (needsReview) say('It waits for a person’s review.', '待人工复核。');
  if (en.before !== undefined) say(`Before, the class was ${en.before}.`, `此前类别为“${zh.before}”。`);
  return lines;
};

interface WordsOfTier {
  readonly tier: string;
  readonly rule: string;
  readonly before: string | undefined;
  readonly standing: string | undefined;
}

/**
 * Why a customer has the class it has: inputs, thresholds, rule, version, arithmetic, now or at a moment. Undefined: there is no such
 * customer, or nothing was decided about its class. Rejects as `Ledger.document` does.
 */
export const explainTier = async (
  ledger: AskedForDocuments,
  customerId: string,
  viewer: { readonly actor: Actor },
  moment?: Moment,
): Promise<ExplainedTier | undefined> => {
  const found = await ledger.document('customers', customerId, viewer, moment);
  const { tier, tierReason, needsReview } = (found?.document ?? {}) as {
    readonly tier?: AbcDecision['tier'];
    readonly tierReason?: TierReason;
    readonly needsReview?: boolean;
  };
  if (tier === undefined || tierReason === undefined) return undefined;
  const review = needsReview === true;
  return { customerId, tier, needsReview: review, reason: tierReason, lines: linesOf(tier, review, tierReason) };
};
