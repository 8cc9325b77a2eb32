import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import googleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import timestamp from 'google-protobuf/google/protobuf/timestamp_pb.js';

/** A protobuf message as the recordings hold it: the client's own `toObject()` form. */
export type Recorded = { readonly [field: string]: unknown };

const identifier = (recorded: unknown): shared.StreamIdentifier => {
  const message = new shared.StreamIdentifier();
  message.setStreamName((recorded as { streamName: string }).streamName);
  return message;
};

/** Very long payloads are cut in the recordings: `<2796216 characters of base64>`. */
const payload = (recorded: unknown): string => {
  const cut = /^<(\d+) characters of base64>$/.exec(recorded as string);
  return cut === null ? (recorded as string) : 'A'.repeat(Number(cut[1]));
};

const proposed = <Message extends streams.BatchAppendReq.ProposedMessage | streams.AppendReq.ProposedMessage>(
  message: Message,
  recorded: Recorded,
): Message => {
  const id = new shared.UUID();
  id.setString((recorded.id as { string: string }).string);
  message.setId(id);
  for (const [name, value] of recorded.metadataMap as [string, string][]) message.getMetadataMap().set(name, value);
  message.setCustomMetadata(payload(recorded.customMetadata));
  message.setData(payload(recorded.data));
  return message;
};

const batchAppend = (recorded: Recorded): streams.BatchAppendReq => {
  const { correlationId, options, proposedMessagesList, isFinal } = recorded as {
    correlationId: { string: string };
    options: Recorded & { deadline: { seconds: number; nanos: number } };
    proposedMessagesList: Recorded[];
    isFinal: boolean;
  };
  const message = new streams.BatchAppendReq();
  const id = new shared.UUID();
  id.setString(correlationId.string);
  message.setCorrelationId(id);
  const opts = new streams.BatchAppendReq.Options();
  opts.setStreamIdentifier(identifier(options.streamIdentifier));
  if (options.noStream) opts.setNoStream(new googleEmpty.Empty());
  else if (options.any) opts.setAny(new googleEmpty.Empty());
  else if (options.streamExists) opts.setStreamExists(new googleEmpty.Empty());
  else opts.setStreamPosition(options.streamPosition as string);
  const deadline = new timestamp.Timestamp();
  deadline.setSeconds(options.deadline.seconds);
  deadline.setNanos(options.deadline.nanos);
  opts.setDeadline(deadline);
  message.setOptions(opts);
  message.setProposedMessagesList(
    proposedMessagesList.map((each) => proposed(new streams.BatchAppendReq.ProposedMessage(), each)),
  );
  message.setIsFinal(isFinal);
  return message;
};

const append = (recorded: Recorded): streams.AppendReq => {
  const message = new streams.AppendReq();
  const options = recorded.options as Recorded | undefined;
  if (options === undefined) {
    message.setProposedMessage(proposed(new streams.AppendReq.ProposedMessage(), recorded.proposedMessage as Recorded));
    return message;
  }
  const opts = new streams.AppendReq.Options();
  opts.setStreamIdentifier(identifier(options.streamIdentifier));
  if (options.noStream) opts.setNoStream(new shared.Empty());
  else opts.setRevision(options.revision as string);
  message.setOptions(opts);
  return message;
};

const filter = (recorded: Recorded): streams.ReadReq.Options.FilterOptions => {
  const message = new streams.ReadReq.Options.FilterOptions();
  const expression = new streams.ReadReq.Options.FilterOptions.Expression();
  const { regex, prefixList } = (recorded.streamIdentifier ?? recorded.eventType) as {
    regex: string;
    prefixList: string[];
  };
  expression.setRegex(regex);
  expression.setPrefixList(prefixList);
  if (recorded.streamIdentifier) message.setStreamIdentifier(expression);
  else message.setEventType(expression);
  if (recorded.count) message.setCount(new shared.Empty());
  else message.setMax(recorded.max as number);
  message.setCheckpointintervalmultiplier(recorded.checkpointintervalmultiplier as number);
  return message;
};

const read = (recorded: Recorded): streams.ReadReq => {
  const options = recorded.options as Recorded;
  const opts = new streams.ReadReq.Options();
  const stream = options.stream as Recorded | undefined;
  const all = options.all as Recorded | undefined;
  if (stream !== undefined) {
    const from = new streams.ReadReq.Options.StreamOptions();
    from.setStreamIdentifier(identifier(stream.streamIdentifier));
    if (stream.start) from.setStart(new shared.Empty());
    else if (stream.end) from.setEnd(new shared.Empty());
    else from.setRevision(stream.revision as string);
    opts.setStream(from);
  } else if (all !== undefined) {
    const from = new streams.ReadReq.Options.AllOptions();
    if (all.start) from.setStart(new shared.Empty());
    else if (all.end) from.setEnd(new shared.Empty());
    else {
      const { commitPosition, preparePosition } = all.position as { commitPosition: string; preparePosition: string };
      const position = new streams.ReadReq.Options.Position();
      position.setCommitPosition(commitPosition);
      position.setPreparePosition(preparePosition);
      from.setPosition(position);
    }
    opts.setAll(from);
  }
  opts.setReadDirection(options.readDirection as 0 | 1);
  opts.setResolveLinks(options.resolveLinks as boolean);
  if (options.subscription) opts.setSubscription(new streams.ReadReq.Options.SubscriptionOptions());
  else opts.setCount(options.count as string);
  if (options.filter) opts.setFilter(filter(options.filter as Recorded));
  else opts.setNoFilter(new shared.Empty());
  const uuids = new streams.ReadReq.Options.UUIDOption();
  uuids.setString(new shared.Empty());
  opts.setUuidOption(uuids);
  const message = new streams.ReadReq();
  message.setOptions(opts);
  return message;
};

const deletion = <Message extends streams.DeleteReq | streams.TombstoneReq>(
  message: Message,
  opts: streams.DeleteReq.Options & streams.TombstoneReq.Options,
  recorded: Recorded,
): Message => {
  const options = recorded.options as Recorded;
  opts.setStreamIdentifier(identifier(options.streamIdentifier));
  opts.setRevision(options.revision as string);
  message.setOptions(opts);
  return message;
};

/** The recorded request of a method as the message that was sent. */
export const requestOf = (method: string, recorded: Recorded): object => {
  switch (method) {
    case 'Read':
      return read(recorded);
    case 'BatchAppend':
      return batchAppend(recorded);
    case 'Append':
      return append(recorded);
    case 'Delete':
      return deletion(new streams.DeleteReq(), new streams.DeleteReq.Options() as never, recorded);
    case 'Tombstone':
      return deletion(new streams.TombstoneReq(), new streams.TombstoneReq.Options() as never, recorded);
    default:
      return new shared.Empty();
  }
};
