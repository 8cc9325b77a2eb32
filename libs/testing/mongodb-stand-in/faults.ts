import { ServerError, badValue, isDocument, toNumber } from './values.ts';
import type { Doc } from './values.ts';

/** A fault that strikes commands: the content of MongoDB's own `failCommand` fail point, and what it lacks. */
export interface Fault {
  /** Commands by name; absent: all but hello and those that set faults. */
  readonly commands?: readonly string[];
  /** How many commands it strikes; absent: until it is cleared. */
  readonly times?: number;
  readonly skip?: number;
  /** Only connections of this application. */
  readonly appName?: string;
  /** Closes the connection instead of answering. */
  readonly closeConnection?: boolean;
  /** With closeConnection: the command is carried out first, only its answer is lost. */
  readonly answerLost?: boolean;
  readonly errorCode?: number;
  readonly errorLabels?: readonly string[];
  /** Added to the answer of the command, which is carried out. */
  readonly writeConcernError?: Doc;
  readonly blockMs?: number;
}

interface Armed {
  readonly name: string;
  readonly fault: Fault;
  left: number;
  skip: number;
}

const never = new Set(['configureFailPoint', 'hello', 'isMaster', 'ismaster', 'endSessions', 'killSessions']);

export class Faults {
  #armed: Armed[] = [];
  /** How often a fault struck. */
  struck = 0;

  arm(fault: Fault, name = 'failCommand'): void {
    this.#armed.push({ name, fault, left: fault.times ?? Infinity, skip: fault.skip ?? 0 });
  }
  clear(name?: string): void {
    this.#armed = name === undefined ? [] : this.#armed.filter((each) => each.name !== name);
  }

  /** The fault that strikes this command, if any; it is counted. */
  take(command: string, appName: string | undefined, name = 'failCommand'): Fault | undefined {
    const armed = this.#armed.find(
      (each) =>
        each.name === name &&
        each.left > 0 &&
        (each.fault.commands === undefined ? !never.has(command) : each.fault.commands.includes(command)) &&
        (each.fault.appName === undefined || each.fault.appName === appName),
    );
    if (armed === undefined) return undefined;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return undefined;
    }
    armed.left -= 1;
    this.struck += 1;
    return armed.fault;
  }

  /** `configureFailPoint`, as drivers' tests use it. */
  configure(command: Doc): void {
    const name = String(command.configureFailPoint);
    if (name !== 'failCommand' && name !== 'onPrimaryTransactionalWrite')
      throw badValue(`This stand-in has no fail point ${name}.`);
    this.clear(name);
    const { mode, data } = command;
    if (mode === 'off') return;
    const counts = isDocument(mode) ? mode : {};
    const given = isDocument(data) ? data : {};
    const common = {
      ...(counts.times === undefined ? {} : { times: toNumber(counts.times) }),
      ...(counts.skip === undefined ? {} : { skip: toNumber(counts.skip) }),
    };
    if (name === 'onPrimaryTransactionalWrite') {
      const before = given.failBeforeCommitExceptionCode;
      const closeConnection = given.closeConnection !== false;
      this.arm(
        {
          ...common,
          closeConnection,
          ...(before === undefined ? { answerLost: true } : { errorCode: toNumber(before) }),
        },
        name,
      );
      return;
    }
    if (!Array.isArray(given.failCommands)) throw badValue('failCommand needs failCommands');
    this.arm({
      ...common,
      commands: given.failCommands as string[],
      ...(typeof given.appName === 'string' ? { appName: given.appName } : {}),
      ...(given.closeConnection === true ? { closeConnection: true } : {}),
      ...(given.errorCode === undefined ? {} : { errorCode: toNumber(given.errorCode) }),
      ...(Array.isArray(given.errorLabels) ? { errorLabels: given.errorLabels as string[] } : {}),
      ...(isDocument(given.writeConcernError) ? { writeConcernError: given.writeConcernError } : {}),
      ...(given.blockConnection === true ? { blockMs: toNumber(given.blockTimeMS ?? 0) } : {}),
    });
  }
}

const names: { readonly [code: number]: string } = {
  2: 'BadValue',
  6: 'HostUnreachable',
  7: 'HostNotFound',
  8: 'UnknownError',
  11: 'UserNotFound',
  13: 'Unauthorized',
  18: 'AuthenticationFailed',
  50: 'MaxTimeMSExpired',
  64: 'WriteConcernFailed',
  89: 'NetworkTimeout',
  91: 'ShutdownInProgress',
  100: 'UnsatisfiableWriteConcern',
  112: 'WriteConflict',
  134: 'ReadConcernMajorityNotAvailableYet',
  189: 'PrimarySteppedDown',
  246: 'SnapshotUnavailable',
  251: 'NoSuchTransaction',
  262: 'ExceededTimeLimit',
  391: 'ReauthenticationRequired',
  9001: 'SocketException',
  10107: 'NotWritablePrimary',
  11600: 'InterruptedAtShutdown',
  11601: 'Interrupted',
  11602: 'InterruptedDueToReplStateChange',
  13435: 'NotPrimaryNoSecondaryOk',
  13436: 'NotPrimaryOrSecondary',
  14031: 'OutOfDiskSpace',
};

export const faultError = (code: number): ServerError =>
  new ServerError(code, names[code] ?? `Location${code}`, `Failing command via 'failCommand' failpoint`);

const retriable = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const transient = new Set([24, 112, 133, 246, 251, 267]);

/** The labels that the server puts on an error, by what the command was part of. */
export const labelsOf = (
  code: number,
  of: { readonly inTransaction: boolean; readonly ends: boolean; readonly retryableWrite: boolean },
): string[] => {
  const labels: string[] = [];
  if (of.inTransaction && (transient.has(code) || (!of.ends && retriable.has(code))))
    labels.push('TransientTransactionError');
  if ((of.retryableWrite || of.ends) && retriable.has(code)) labels.push('RetryableWriteError');
  return labels;
};
