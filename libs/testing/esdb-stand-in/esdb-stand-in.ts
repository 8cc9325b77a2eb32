import { createServer } from 'node:net';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { Metadata, ServiceError } from '@grpc/grpc-js';
import featuresGrpc from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { noFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { EsdbLog } from './log.ts';
import { failure, uuid } from './messages.ts';
import { answerRead } from './reading.ts';
import { supportedMethods } from './supported-methods.ts';
import { answerAppend, answerBatchAppend, answerDelete, answerTombstone } from './writing.ts';

export interface Member {
  readonly host: string;
  readonly port: number;
  readonly state: 'leader' | 'follower' | 'read-only-replica';
  readonly alive: boolean;
}

export interface StandInOptions {
  /** Serves TLS with this certificate and key (PEM). */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Another node's log: both then answer as members of one cluster. */
  readonly log?: EsdbLog;
}

const states = {
  leader: gossip.MemberInfo.VNodeState.LEADER,
  follower: gossip.MemberInfo.VNodeState.FOLLOWER,
  'read-only-replica': gossip.MemberInfo.VNodeState.READONLYREPLICA,
};

/**
 * One EventStoreDB node that lives in this process and speaks the real protocol on a loopback port. Its log survives
 * `kill` and `stop`; `start` comes back on the same port.
 */
export class EsdbStandIn {
  readonly log: EsdbLog;
  readonly faults: Faults = noFaults();
  /** What gossip answers; empty: this node alone, as leader. */
  members: readonly Member[] = [];
  port = 0;
  /** Calls received so far, by method name. */
  readonly calls = new Map<string, number>();
  readonly #tls: StandInOptions['tls'];
  readonly #subscriptions = new Set<(error: ServiceError) => void>();
  #tcp: TcpServer | undefined;
  #grpc: Server | undefined;
  readonly #sockets = new Set<Socket>();
  #dying: Promise<void> | undefined;

  constructor(options: StandInOptions = {}) {
    this.#tls = options.tls;
    this.log = options.log ?? new EsdbLog();
  }

  get connectionString(): string {
    return `esdb://127.0.0.1:${this.port}?tls=${this.#tls !== undefined}`;
  }
  get discoveryString(): string {
    return `esdb+discover://127.0.0.1:${this.port}?tls=${this.#tls !== undefined}`;
  }
  get connections(): number {
    return this.#sockets.size;
  }
  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  async start(): Promise<this> {
    await this.#dying;
    const grpc = new Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
    this.#serve(grpc);
    const credentials =
      this.#tls === undefined
        ? ServerCredentials.createInsecure()
        : ServerCredentials.createSsl(null, [
            { cert_chain: Buffer.from(this.#tls.certificate), private_key: Buffer.from(this.#tls.key) },
          ]);
    const injector = grpc.createConnectionInjector(credentials);
    const tcp = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      injector.injectConnection(socket);
    });
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (tcp.address() as AddressInfo).port;
    this.#tcp = tcp;
    this.#grpc = grpc;
    return this;
  }

  /** As `kill -9`: connections break off where they are. */
  kill(): Promise<void> {
    return (this.#dying = this.#breakOff());
  }

  async #breakOff(): Promise<void> {
    // Out of the connection's own read, inside which it cannot be reset.
    await new Promise((resolve) => setImmediate(resolve));
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    const stopped = this.#tcp;
    this.#tcp = undefined;
    const refusing = stopped === undefined ? undefined : new Promise<void>((resolve) => stopped.close(() => resolve()));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await Promise.all(closed);
    await refusing;
    await this.stop();
  }

  async stop(): Promise<void> {
    const tcp = this.#tcp;
    this.#tcp = undefined;
    this.#grpc?.forceShutdown();
    this.#subscriptions.clear();
    for (const socket of this.#sockets) socket.destroy();
    if (tcp !== undefined) await new Promise<void>((resolve) => tcp.close(() => resolve()));
  }

  /** Ends every open subscription with this status. */
  dropSubscriptions(code: status, details: string): void {
    for (const drop of this.#subscriptions) drop(failure(code, details));
  }

  #refusal(metadata: Metadata): ServiceError | undefined {
    const { credentials, notLeader } = this.faults;
    if (credentials !== undefined) {
      const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
      if (metadata.get('authorization')[0] !== expected)
        return failure(status.UNAUTHENTICATED, 'The authentication credentials are invalid.');
    }
    if (notLeader === undefined) return undefined;
    return failure(status.NOT_FOUND, 'Leader info available', 'not-leader', {
      'leader-endpoint-host': notLeader.host,
      'leader-endpoint-port': String(notLeader.port),
    });
  }

  #count(method: string): void {
    this.calls.set(method, (this.calls.get(method) ?? 0) + 1);
  }

  #serve(grpc: Server): void {
    const node = { log: this.log, faults: this.faults, die: () => this.kill() };
    const streams: streamsGrpc.IStreamsServer = {
      read: (call) => {
        const subscribes = call.request.getOptions()?.hasSubscription() ?? false;
        this.#count(subscribes ? 'subscribe' : 'read');
        const refused = this.#refusal(call.metadata);
        if (refused !== undefined) return void call.emit('error', refused);
        if (this.faults.silent) return;
        if (subscribes) {
          const drop = (error: ServiceError) => void call.emit('error', error);
          this.#subscriptions.add(drop);
          for (const event of ['close', 'cancelled', 'error']) call.on(event, () => this.#subscriptions.delete(drop));
        }
        answerRead(this.log, call, this.faults).catch((error: unknown) =>
          call.emit('error', failure(status.INTERNAL, String(error))),
        );
      },
      batchAppend: (call) => {
        this.#count('batchAppend');
        const refused = this.#refusal(call.metadata);
        if (refused !== undefined) return void call.emit('error', refused);
        answerBatchAppend(node, call);
      },
      append: (call, callback) => {
        this.#count('append');
        const refused = this.#refusal(call.metadata);
        if (refused !== undefined) callback(refused);
        else answerAppend(node, call, callback);
      },
      delete: (call, callback) => {
        const refused = this.#refusal(call.metadata);
        if (refused !== undefined) callback(refused);
        else answerDelete(node, call, callback);
      },
      tombstone: (call, callback) => {
        const refused = this.#refusal(call.metadata);
        if (refused !== undefined) callback(refused);
        else answerTombstone(node, call, callback);
      },
    };
    const features: featuresGrpc.IServerFeaturesServer = {
      getSupportedMethods: (_call, callback) => {
        const { silent, version } = this.faults;
        if (silent) return;
        if (version === 'unimplemented') callback(failure(status.UNIMPLEMENTED, 'Service is unimplemented.'));
        else callback(null, supportedMethods(version));
      },
    };
    const cluster: gossipGrpc.IGossipServer = {
      read: (_call, callback) => {
        if (this.faults.silent) return;
        callback(null, this.#clusterInfo());
      },
    };
    grpc.addService(streamsGrpc.StreamsService, streams);
    grpc.addService(featuresGrpc.ServerFeaturesService, features);
    grpc.addService(gossipGrpc.GossipService, cluster);
  }

  #clusterInfo(): gossip.ClusterInfo {
    const alone: Member = { host: '127.0.0.1', port: this.port, state: 'leader', alive: true };
    const info = new gossip.ClusterInfo();
    for (const { host, port, state, alive } of this.members.length > 0 ? this.members : [alone]) {
      const endPoint = new gossip.EndPoint();
      endPoint.setAddress(host);
      endPoint.setPort(port);
      const member = info.addMembers();
      member.setInstanceId(uuid(`00000000-0000-4000-8000-${String(port).padStart(12, '0')}`));
      member.setTimeStamp('0');
      member.setState(states[state]);
      member.setIsAlive(alive);
      member.setHttpEndPoint(endPoint);
    }
    return info;
  }
}

/** Starts a node on a free loopback port. */
export const startEsdbStandIn = (options: StandInOptions = {}): Promise<EsdbStandIn> =>
  new EsdbStandIn(options).start();
