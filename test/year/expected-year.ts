import type { LadderDocument } from '#libs/features/policy/policy.events.ts';
import type { Told } from './expected-climb.ts';
import { ExpectedMatter } from './expected-matter.ts';
import type { Promotion } from './expected-matter.ts';
import { messagesTo } from './expected-messages.ts';
import type { ExpectedMessage } from './expected-messages.ts';
import { ExpectedNotices, OPERATORS } from './expected-notices.ts';
import type { ExpectedNotice } from './expected-notices.ts';
import { ExpectedPeople } from './expected-people.ts';
import { isOfMatter } from './story.ts';
import type { MatterStep, Story, Tier } from './story.ts';

export const inOrder = <Each extends { readonly at: number }>(each: readonly Each[]): readonly Each[] =>
  each.toSorted((a, b) => a.at - b.at);

const laddersOf = ({ steps }: Story): ((at: number) => LadderDocument) => {
  const published = steps.filter((step) => step.does === 'publish-ladders');
  return (at) => published.findLast((each) => each.at <= at)!.document;
};

/** All that is expected of one matter, whose own steps are given in order. Nothing of it hangs on other matters. */
export const expectedOf = (own: readonly MatterStep[], story: Story): readonly Told[] => {
  const [opened] = own;
  if (opened?.does !== 'receive' && opened?.does !== 'file') throw new Error('A matter begins with being opened.');
  const { customer } = opened;
  const promotions: readonly Promotion[] = story.steps.flatMap((step) =>
    step.does === 'promote' && step.customer === customer ? [{ at: step.at, does: 'promote' }] : [],
  );
  const tier: Tier | undefined = promotions.some(({ at }) => at < opened.at)
    ? 'A'
    : story.customers.find(({ key }) => key === customer)?.tier;
  const matter = new ExpectedMatter(new ExpectedPeople(story), laddersOf(story), opened, tier);
  const later = promotions.filter(({ at }) => at > opened.at);
  for (const step of inOrder<MatterStep | Promotion>([...own.slice(1), ...later])) matter.live(step);
  matter.end(Infinity);
  return matter.told;
};

export interface ExpectedYear {
  readonly told: readonly Told[];
  readonly notices: readonly ExpectedNotice[];
  readonly messages: readonly ExpectedMessage[];
}

/** Everything that the year should lead to, and nothing else. */
export const expectedYear = (story: Story): ExpectedYear => {
  const matters = Map.groupBy(story.steps.filter(isOfMatter), ({ matter }) => matter);
  const told = inOrder([...matters.values()].flatMap((own) => expectedOf(own, story)));
  const ladders = laddersOf(story);
  const notices = new ExpectedNotices(story.people, ladders);
  for (const each of told) notices.of(each);
  const messages: ExpectedMessage[] = [];
  const sendTo = (recipient: string) => {
    const own = inOrder(notices.notices.filter((notice) => notice.recipient === recipient));
    messages.push(...messagesTo(recipient, own, notices, ladders(Infinity).notices));
  };
  for (const { id } of story.people) sendTo(id);
  // The first message by webhook to whoever is gone comes back: the operators are told, before their own messages are looked at.
  const bounced = bounceOf(story, messages);
  if (bounced !== undefined)
    notices.give({
      ...{ at: bounced, recipient: OPERATORS, template: 'operator-alert', cause: 'operations', about: story.gone.who },
      ...{ problem: 'channel-stopped', urgency: 'urgent', classA: false, channels: ['inbox', 'smtp'] },
      needsAcknowledgement: false,
    });
  sendTo(OPERATORS);
  return { told, notices: inOrder(notices.notices), messages: inOrder(messages) };
};

/** When the channel of whoever is gone is stopped. */
export const bounceOf = ({ gone }: Story, messages: readonly ExpectedMessage[]): number | undefined =>
  messages
    .filter(({ recipient, channels }) => recipient === gone.who && channels.includes('webhook'))
    .map(({ at }) => at)
    .filter((at) => gone.from <= at && at < gone.until)
    .sort((a, b) => a - b)[0];
