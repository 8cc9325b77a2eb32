import type { sendUnaryData, ServerDuplexStream, ServerReadableStream, ServerUnaryCall } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Faults } from './faults.ts';
import type { AppendOutcome, EsdbLog, Expected, ProposedEvent } from './log.ts';
import { batchAnswer, failure, nameOf, streamDeleted, unaryAnswer } from './messages.ts';

export interface Node {
  readonly log: EsdbLog;
  readonly faults: Faults;
  die(): Promise<void>;
}

const proposed = (
  message: streams.BatchAppendReq.ProposedMessage | streams.AppendReq.ProposedMessage,
): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? 'application/octet-stream',
  data: message.getData_asU8(),
  customMetadata: message.getCustomMetadata_asU8(),
});

interface Batch {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: ProposedEvent[];
}

const expectedOfBatch = (options: streams.BatchAppendReq.Options): Expected =>
  options.hasAny()
    ? 'any'
    : options.hasNoStream()
      ? 'no-stream'
      : options.hasStreamExists()
        ? 'exists'
        : BigInt(options.getStreamPosition());

/** The client's usual way: one call for many appends, each answered under its own correlation id. */
export const answerBatchAppend = (
  node: Node,
  call: ServerDuplexStream<streams.BatchAppendReq, streams.BatchAppendResp>,
): void => {
  const { faults, log } = node;
  const open = new Map<string, Batch>();
  const answer = (response: streams.BatchAppendResp) => {
    if (call.cancelled || call.destroyed) return;
    call.write(response);
    if (faults.duplicateAnswers > 0) {
      faults.duplicateAnswers--;
      call.write(response);
    }
  };
  call.on('error', () => {});
  call.on('end', () => call.end());
  call.on('data', (message: streams.BatchAppendReq) => {
    if (faults.silent) return;
    const correlation = message.getCorrelationId()?.getString() ?? '';
    const options = message.getOptions();
    if (options !== undefined)
      open.set(correlation, {
        stream: nameOf(options.getStreamIdentifier()),
        expected: expectedOfBatch(options),
        events: [],
      });
    const batch = open.get(correlation);
    if (batch === undefined) return;
    batch.events.push(...message.getProposedMessagesList().map(proposed));
    if (!message.getIsFinal()) return;
    open.delete(correlation);
    const { stream, expected, events } = batch;
    const commit = () => log.append(stream, expected, events);
    if (faults.dieOnAppend !== undefined) {
      if (faults.dieOnAppend === 'after-commit') commit();
      faults.dieOnAppend = undefined;
      void node.die();
      return;
    }
    if (faults.unknownErrors > 0 || faults.diskFull) {
      if (!faults.diskFull) faults.unknownErrors--;
      const text = faults.diskFull ? 'There is not enough space on the disk.' : 'Something went wrong.';
      return answer(batchAnswer(message.getCorrelationId(), stream, expected, { kind: 'error', text }));
    }
    const outcome = commit();
    if (faults.loseAnswers > 0) {
      faults.loseAnswers--;
      return;
    }
    const response = batchAnswer(message.getCorrelationId(), stream, expected, outcome);
    if (faults.delayMs > 0) setTimeout(answer, faults.delayMs, response);
    else answer(response);
  });
};

/** One append a call: what the client takes to with credentials of its own. */
export const answerAppend = (
  { log }: Node,
  call: ServerReadableStream<streams.AppendReq, streams.AppendResp>,
  callback: sendUnaryData<streams.AppendResp>,
): void => {
  let options = new streams.AppendReq.Options();
  const events: ProposedEvent[] = [];
  call.on('data', (message: streams.AppendReq) => {
    const event = message.getProposedMessage();
    if (event === undefined) options = message.getOptions()!;
    else events.push(proposed(event));
  });
  call.on('end', () => {
    const stream = nameOf(options.getStreamIdentifier());
    const expected = expectedOf(options);
    const answer = unaryAnswer(stream, expected, log.append(stream, expected, events));
    if (answer instanceof Error) callback(answer);
    else callback(null, answer);
  });
};

const expectedOf = (
  options: streams.AppendReq.Options | streams.DeleteReq.Options | streams.TombstoneReq.Options,
): Expected =>
  options.hasAny()
    ? 'any'
    : options.hasNoStream()
      ? 'no-stream'
      : options.hasStreamExists()
        ? 'exists'
        : BigInt(options.getRevision());

const expectedText = (expected: Expected): string =>
  typeof expected === 'bigint' ? String(expected) : { 'no-stream': '-1', any: '-2', exists: '-4' }[expected];

const deletionFailure = (stream: string, expected: Expected, outcome: AppendOutcome) =>
  outcome.kind === 'deleted'
    ? streamDeleted(stream)
    : failure(
        status.FAILED_PRECONDITION,
        `Append failed due to WrongExpectedVersion. Stream: ${stream}.`,
        'wrong-expected-version',
        {
          'stream-name': stream,
          'expected-version': expectedText(expected),
          ...(outcome.kind === 'wrong-version' && outcome.current !== undefined
            ? { 'actual-version': String(outcome.current) }
            : {}),
        },
      );

export const answerDelete = (
  { log }: Node,
  call: ServerUnaryCall<streams.DeleteReq, streams.DeleteResp>,
  callback: sendUnaryData<streams.DeleteResp>,
): void => {
  const options = call.request.getOptions()!;
  const stream = nameOf(options.getStreamIdentifier());
  const outcome = log.delete(stream, expectedOf(options));
  if (outcome.kind !== 'success') return callback(deletionFailure(stream, expectedOf(options), outcome));
  const position = new streams.DeleteResp.Position();
  position.setCommitPosition(String(outcome.position));
  position.setPreparePosition(String(outcome.position));
  const response = new streams.DeleteResp();
  response.setPosition(position);
  callback(null, response);
};

export const answerTombstone = (
  { log }: Node,
  call: ServerUnaryCall<streams.TombstoneReq, streams.TombstoneResp>,
  callback: sendUnaryData<streams.TombstoneResp>,
): void => {
  const options = call.request.getOptions()!;
  const stream = nameOf(options.getStreamIdentifier());
  const outcome = log.tombstone(stream, expectedOf(options));
  if (outcome.kind !== 'success') return callback(deletionFailure(stream, expectedOf(options), outcome));
  const position = new streams.TombstoneResp.Position();
  position.setCommitPosition(String(outcome.position));
  position.setPreparePosition(String(outcome.position));
  const response = new streams.TombstoneResp();
  response.setPosition(position);
  callback(null, response);
};
