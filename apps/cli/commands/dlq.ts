import type { DeadLetter } from '#libs/runtime/ledger.ts';
import type { StandingProcesses } from '#libs/runtime/standing-processes.ts';
import type { AskedLedger, ListPage, Retried } from '../asked.ts';
import { asking } from '../asking.ts';
import { parseCondition } from '../conditions.ts';
import { DEAD_LETTER_KINDS } from '../dead-letter-kinds.ts';
import type { DeadLetterKind as Kind } from '../dead-letter-kinds.ts';
import { cell } from '../output.ts';
import type { Output } from '../output.ts';
import { EXIT, Problem } from '../problem.ts';
import type { ExitCode } from '../problem.ts';
import type { GlobalOptions } from '../global-options.ts';

export interface DeadLetterOptions {
  /** Default: all. */
  readonly kind?: Kind;
}
const kindsOf = ({ kind }: DeadLetterOptions): readonly Kind[] => (kind === undefined ? DEAD_LETTER_KINDS : [kind]);

type Message = ListPage['items'][number];
const DEAD = [parseCondition('status in dead,bounced')];

/** Messages that were given up, the oldest first. */
const deadMessages = async (ledger: AskedLedger): Promise<readonly Message[]> => {
  const found: Message[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next } = await ledger.list('deliveries', {
      ...{ conditions: DEAD, limit: 1_000, sort: [{ field: 'place', direction: 'asc' }] },
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...items);
    if (next === undefined) return found;
    cursor = next;
  }
};

const showEvents = (output: Output, letters: readonly DeadLetter[]): void => {
  if (letters.length === 0) return output.line('No event is parked.');
  output.table(
    ['position', 'read model', 'subject', 'event', 'reason'],
    letters.map(({ position, projection, subject, type, reason }) => [
      ...[String(position), projection, subject, type],
      cell(reason, 80),
    ]),
  );
};

const showProcesses = (output: Output, { processes, halted }: StandingProcesses): void => {
  for (const saga of halted) output.line(`No process ${saga} goes on until the programme is mended.`);
  if (processes.length === 0) return output.line('No process is parked.');
  output.table(
    ['process', 'of', 'waiting', 'reason'],
    processes.map(({ saga, key, inputs, reason }) => [saga, key, String(inputs), cell(reason, 80)]),
  );
};

const showMessages = (output: Output, messages: readonly Message[]): void => {
  if (messages.length === 0) return output.line('No message was given up.');
  output.table(
    ['message', 'channel', 'recipient', 'about', 'attempts', 'since', 'why'],
    messages.map(({ id, document: { channel, recipientId, subjectLine, attempts, endedAt, ...row } }) => [
      ...[id, ...[channel, recipientId, subjectLine, attempts, endedAt].map((each) => cell(each))],
      [row['why'] ?? row['status'], row['reason']].map((each) => cell(each, 80)).join(' '),
    ]),
  );
};

export const listDeadLetters = async (
  output: Output,
  globals: GlobalOptions,
  options: DeadLetterOptions,
): Promise<void> =>
  asking(globals, { readOnly: true, purpose: 'care dlq list' }, async (ledger) => {
    const kinds = kindsOf(options);
    const events = kinds.includes('projections') ? await ledger.deadLetters() : undefined;
    const standing = kinds.includes('processes') ? await ledger.standingProcesses() : undefined;
    const messages = kinds.includes('messages') ? await deadMessages(ledger) : undefined;
    if (output.json)
      return output.document({
        ...(events === undefined ? {} : { deadLetters: events }),
        ...standing,
        ...(messages === undefined ? {} : { messages: messages.map(({ document }) => document) }),
      });
    if (events !== undefined) showEvents(output, events);
    if (standing !== undefined) showProcesses(output, standing);
    if (messages !== undefined) showMessages(output, messages);
    const found = [events, standing?.processes, messages].some((each) => (each?.length ?? 0) > 0);
    if (found) output.remark('After the fix: care dlq retry.');
  });

/** Each is refused for itself: a channel that is stopped keeps nobody else's message back. */
const replayMessages = async (output: Output, ledger: AskedLedger): Promise<Retried> => {
  const [retried, refusals] = [{ taken: 0, parked: 0 }, new Set<string>()];
  for (const { id } of await deadMessages(ledger))
    try {
      await ledger.execute({ name: 'delivery.replay', id, body: {} });
      retried.taken += 1;
    } catch (error) {
      if (!(error instanceof Problem) || error.exitCode === EXIT.denied) throw error;
      retried.parked += 1;
      refusals.add(error.message);
    }
  for (const refusal of refusals) output.remark(refusal);
  return retried;
};

const SAID: { readonly [kind in Kind]: (retried: Retried) => string } = {
  projections: ({ taken, parked }) => `${taken} events went through, ${parked} stay parked.`,
  processes: ({ taken, parked }) => `${taken} inputs of processes went through, ${parked} stay parked.`,
  messages: ({ taken, parked }) => `${taken} messages are sent again, ${parked} stay dead letters.`,
};

/** Exit code 1 where some stay parked. */
export const retryDeadLetters = async (
  output: Output,
  globals: GlobalOptions,
  options: DeadLetterOptions,
): Promise<ExitCode> => {
  const kinds = kindsOf(options);
  const purpose = 'care dlq retry';
  // In a folder processes run only where one of them waits: running, they do everything else that is due, too.
  const stands =
    kinds.includes('processes') &&
    (await asking(globals, { readOnly: true, purpose }, (ledger) => ledger.standingProcesses())).processes.length > 0;
  return asking(globals, { readOnly: false, purpose, runsProcesses: stands }, async (ledger) => {
    const retry: { readonly [kind in Kind]: () => Promise<Retried> } = {
      projections: () => ledger.retryDeadLetters(),
      processes: async () => (stands ? ledger.retryProcesses() : { taken: 0, parked: 0 }),
      messages: () => replayMessages(output, ledger),
    };
    const retried: { [kind in Kind]?: Retried } = {};
    for (const kind of kinds) {
      retried[kind] = await retry[kind]();
      if (!output.json) output.line(SAID[kind](retried[kind]));
    }
    const sum = (part: keyof Retried) => Object.values(retried).reduce((total, each) => total + each[part], 0);
    if (output.json) output.document({ taken: sum('taken'), parked: sum('parked'), ...retried });
    if (globals.url === undefined && (retried.messages?.taken ?? 0) > 0) output.remark('They leave with: care serve.');
    return sum('parked') === 0 ? EXIT.done : EXIT.failed;
  });
};
