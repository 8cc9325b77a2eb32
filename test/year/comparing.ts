import { bounceOf, expectedYear } from './expected-year.ts';
import type { ExpectedMessage } from './expected-messages.ts';
import { messageLine, noticeLine, toldLine } from './lines.ts';
import { withoutRun } from './recorded.ts';
import type { RecordedYear } from './recorded.ts';
import type { Story } from './story.ts';

/** Lines of one side that the other has not, each as often as it is missing there. */
export const differencesOf = (expected: readonly string[], actual: readonly string[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of actual) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(
      ([line, count]) =>
        `${count > 0 ? 'missing' : 'not expected'}${Math.abs(count) === 1 ? '' : ` ${Math.abs(count)}×`}: ${line}`,
    )
    .sort((a, b) => (a.slice(a.indexOf(': ')) < b.slice(b.indexOf(': ')) ? -1 : 1));
};

/** What becomes of a message, as the story has it. */
const endOf = (
  story: Story,
  { at, recipient }: ExpectedMessage,
  channel: string,
  bounced: number | undefined,
): string => {
  const person = story.people.find(({ id }) => id === recipient);
  if (person !== undefined && !(channel === 'smtp' ? person.address : person.hook)) return 'no-address';
  if (channel !== 'webhook' || bounced === undefined || recipient !== story.gone.who) return 'delivered';
  const resumed = story.steps.find(({ does }) => does === 'resume-hook')?.at ?? Infinity;
  return at === bounced ? 'bounced' : bounced < at && at < resumed ? 'channel-stopped' : 'delivered';
};

export interface Compared {
  readonly escalations: number;
  /** Steps at which somebody was reached in another's place, or was away and nobody stood in. */
  readonly standIns: number;
  readonly notices: number;
  readonly messages: number;
  readonly differences: readonly string[];
}

/** What the ledger recorded against what the story should lead to: every expected step, notice and message, and nothing else. */
export const compare = (story: Story, recorded: RecordedYear): Compared => {
  const { told, notices, messages } = expectedYear(story);
  const bounced = bounceOf(story, messages);
  const expected = {
    told: told.map(toldLine),
    notices: notices.map((notice) => noticeLine(withoutRun(notice))),
    messages: messages.flatMap((message) =>
      message.channels.map((channel) =>
        messageLine(
          { ...message, notices: message.notices.map(withoutRun) },
          channel,
          endOf(story, message, channel, bounced),
        ),
      ),
    ),
  };
  return {
    standIns: told.filter(({ recipients = [] }) =>
      recipients.some(({ how }) => ['deputy', 'manager', 'duty-roster', 'nobody-there'].includes(how)),
    ).length,
    ...{ escalations: told.length, notices: notices.length, messages: expected.messages.length },
    differences: [
      ...differencesOf(expected.told, recorded.told),
      ...differencesOf(expected.notices, recorded.notices),
      ...differencesOf(expected.messages, recorded.messages),
    ],
  };
};
