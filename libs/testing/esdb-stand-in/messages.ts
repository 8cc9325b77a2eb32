import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statusMessages from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import googleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Message } from 'google-protobuf';
import { MAX_APPEND_SIZE } from './log.ts';
import type { AppendOutcome, Expected, LoggedEvent } from './log.ts';

export const uuid = (text: string): shared.UUID => {
  const message = new shared.UUID();
  message.setString(text);
  return message;
};

export const identifier = (stream: string): shared.StreamIdentifier => {
  const message = new shared.StreamIdentifier();
  message.setStreamName(new Uint8Array(Buffer.from(stream)));
  return message;
};

export const nameOf = (message: shared.StreamIdentifier | undefined): string =>
  Buffer.from(message?.getStreamName_asU8() ?? []).toString();

export const allPosition = (position: number): shared.AllStreamPosition => {
  const message = new shared.AllStreamPosition();
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  return message;
};

export const eventResponse = (event: LoggedEvent): streams.ReadResp => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(uuid(event.id));
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setPreparePosition(String(event.position));
  recorded.setCommitPosition(String(event.position));
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('created', String(event.created));
  recorded.getMetadataMap().set('content-type', event.contentType);
  recorded.setCustomMetadata(event.customMetadata);
  recorded.setData(event.data);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  const response = new streams.ReadResp();
  response.setEvent(read);
  return response;
};

export const confirmation = (subscriptionId: string): streams.ReadResp => {
  const message = new streams.ReadResp.SubscriptionConfirmation();
  message.setSubscriptionId(subscriptionId);
  const response = new streams.ReadResp();
  response.setConfirmation(message);
  return response;
};

export const checkpoint = (position: number): streams.ReadResp => {
  const message = new streams.ReadResp.Checkpoint();
  message.setCommitPosition(String(position));
  message.setPreparePosition(String(position));
  const response = new streams.ReadResp();
  response.setCheckpoint(message);
  return response;
};

export const caughtUp = (): streams.ReadResp => {
  const response = new streams.ReadResp();
  response.setCaughtUp(new streams.ReadResp.CaughtUp());
  return response;
};

export const streamNotFound = (stream: string): streams.ReadResp => {
  const message = new streams.ReadResp.StreamNotFound();
  message.setStreamIdentifier(identifier(stream));
  const response = new streams.ReadResp();
  response.setStreamNotFound(message);
  return response;
};

/** A failed call as the server reports it: the kind in the trailer `exception`, its particulars beside it. */
export const failure = (
  code: status,
  details: string,
  exception?: string,
  particulars: Readonly<Record<string, string>> = {},
): ServiceError => {
  const metadata = new Metadata();
  // These two stand in the server's own answers; the library would name another content type.
  metadata.set('content-type', 'application/grpc');
  metadata.set('content-length', '0');
  if (exception !== undefined) metadata.set('exception', exception);
  for (const [name, value] of Object.entries(particulars)) metadata.set(name, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

export const streamDeleted = (stream: string): ServiceError =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, 'stream-deleted', {
    'stream-name': stream,
  });

const packed = (name: string, message: Message): any.Any => {
  const details = new any.Any();
  details.pack(message.serializeBinary(), `event_store.client.${name}`);
  return details;
};

/** An error inside a batch append's answer. Codes are those of google.rpc. */
const batchError = (code: number, name: string, message: Message, text = name): statusMessages.Status => {
  const error = new statusMessages.Status();
  error.setCode(code);
  error.setMessage(text);
  error.setDetails(packed(name, message));
  return error;
};

const wrongVersion = (expected: Expected, current: bigint | undefined): shared.WrongExpectedVersion => {
  const message = new shared.WrongExpectedVersion();
  if (current === undefined) message.setCurrentNoStream(new googleEmpty.Empty());
  else message.setCurrentStreamRevision(String(current));
  if (typeof expected === 'bigint') message.setExpectedStreamPosition(String(expected));
  else if (expected === 'no-stream') message.setExpectedNoStream(new googleEmpty.Empty());
  else if (expected === 'exists') message.setExpectedStreamExists(new googleEmpty.Empty());
  else message.setExpectedAny(new googleEmpty.Empty());
  return message;
};

export const batchAnswer = (
  correlationId: shared.UUID | undefined,
  stream: string,
  expected: Expected,
  outcome: AppendOutcome | { readonly kind: 'error'; readonly text: string },
): streams.BatchAppendResp => {
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(correlationId);
  response.setStreamIdentifier(identifier(stream));
  if (outcome.kind === 'success' || outcome.kind === 'nothing') {
    const success = new streams.BatchAppendResp.Success();
    if (outcome.kind === 'success') success.setCurrentRevision(String(outcome.revision));
    else success.setNoStream(new googleEmpty.Empty());
    success.setPosition(allPosition(outcome.position));
    response.setSuccess(success);
  } else if (outcome.kind === 'wrong-version') {
    response.setError(batchError(6, 'WrongExpectedVersion', wrongVersion(expected, outcome.current)));
  } else if (outcome.kind === 'deleted') {
    const deleted = new shared.StreamDeleted();
    deleted.setStreamIdentifier(identifier(stream));
    response.setError(batchError(5, 'StreamDeleted', deleted));
  } else if (outcome.kind === 'too-large') {
    const tooLarge = new shared.MaximumAppendSizeExceeded();
    tooLarge.setMaxappendsize(MAX_APPEND_SIZE);
    response.setError(batchError(3, 'MaximumAppendSizeExceeded', tooLarge));
  } else {
    response.setError(batchError(2, 'Unknown', new shared.Unknown(), outcome.text));
  }
  return response;
};

/** The answer of the one-append call, in the fields of both server generations. */
export const unaryAnswer = (
  stream: string,
  expected: Expected,
  outcome: AppendOutcome,
): streams.AppendResp | ServiceError => {
  const response = new streams.AppendResp();
  if (outcome.kind === 'deleted') return streamDeleted(stream);
  if (outcome.kind === 'too-large')
    return failure(status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded.', 'maximum-append-size-exceeded', {
      'maximum-append-size': String(MAX_APPEND_SIZE),
    });
  if (outcome.kind === 'wrong-version') {
    const wrong = new streams.AppendResp.WrongExpectedVersion();
    if (outcome.current === undefined) {
      wrong.setNoStream2060(new shared.Empty());
      wrong.setCurrentNoStream(new shared.Empty());
    } else {
      wrong.setCurrentRevision2060(Number(outcome.current));
      wrong.setCurrentRevision(String(outcome.current));
    }
    if (typeof expected === 'bigint') {
      wrong.setExpectedRevision2060(Number(expected));
      wrong.setExpectedRevision(String(expected));
    } else if (expected === 'exists') {
      wrong.setStreamExists2060(new shared.Empty());
      wrong.setExpectedStreamExists(new shared.Empty());
    } else if (expected === 'no-stream') wrong.setExpectedNoStream(new shared.Empty());
    response.setWrongExpectedVersion(wrong);
    return response;
  }
  const success = new streams.AppendResp.Success();
  if (outcome.kind === 'success') success.setCurrentRevision(String(outcome.revision));
  else success.setNoStream(new shared.Empty());
  const position = new streams.AppendResp.Position();
  position.setCommitPosition(String(outcome.position));
  position.setPreparePosition(String(outcome.position));
  success.setPosition(position);
  response.setSuccess(success);
  return response;
};
