import features from '@eventstore/db-client/generated/serverfeatures_pb.js';

const persistent = ['stream', 'all'];

/** What a 23.10 node says it can do: service, method, features of the method. */
const methods: readonly (readonly [service: string, method: string, features?: readonly string[]])[] = [
  ['redaction.redaction', 'geteventpositions'],
  ['redaction.redaction', 'switchchunks'],
  ...['create', 'update', 'delete', 'read', 'getinfo', 'replayparked', 'list', 'restartsubsystem'].map(
    (method) => ['persistent_subscriptions.persistentsubscriptions', method, persistent] as const,
  ),
  ...['create', 'update', 'delete', 'disable', 'enable', 'details', 'changepassword', 'resetpassword'].map(
    (method) => ['users.users', method] as const,
  ),
  ['streams.streams', 'read', ['position', 'events']],
  ['streams.streams', 'append'],
  ['streams.streams', 'delete'],
  ['streams.streams', 'tombstone'],
  ['streams.streams', 'batchappend', ['deadline_duration']],
  ...[
    'startscavenge',
    'stopscavenge',
    'shutdown',
    'mergeindexes',
    'resignnode',
    'setnodepriority',
    'restartpersistentsubscriptions',
  ].map((method) => ['operations.operations', method] as const),
  ['gossip.gossip', 'read'],
  ['monitoring.monitoring', 'stats'],
  ['server_features.serverfeatures', 'getsupportedmethods'],
];

export const supportedMethods = (version: string): features.SupportedMethods => {
  const answer = new features.SupportedMethods();
  answer.setEventStoreServerVersion(version);
  for (const [service, method, names = []] of methods) {
    const entry = answer.addMethods();
    entry.setServiceName(`event_store.client.${service}`);
    entry.setMethodName(method);
    entry.setFeaturesList([...names]);
  }
  return answer;
};
