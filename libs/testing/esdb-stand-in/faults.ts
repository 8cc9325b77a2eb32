/** How the stand-in misbehaves; every field can be changed at any time. */
export interface Faults {
  /** The next append is the last thing the node receives: it dies before or after storing it, without an answer. */
  dieOnAppend?: 'before-commit' | 'after-commit' | undefined;
  /** That many appends are stored and never answered. */
  loseAnswers: number;
  /** That many answers to appends are sent twice. */
  duplicateAnswers: number;
  /** Requests are received and nothing is ever answered. */
  silent: boolean;
  /** Live subscriptions stay open and send nothing more. */
  muteSubscriptions: boolean;
  /** Each call is refused with the leader's address. */
  notLeader?: { readonly host: string; readonly port: number } | undefined;
  /** Only this user is let in. */
  credentials?: { readonly username: string; readonly password: string } | undefined;
  /** Writes are refused with this answer of the server. */
  diskFull: boolean;
  /** That many appends are answered with an error of a kind the client does not know. */
  unknownErrors: number;
  /** Milliseconds before each answer to an append. */
  delayMs: number;
  /** What the server says its version is; `unimplemented`: so old that it cannot say. */
  version: string;
}

export const noFaults = (): Faults => ({
  loseAnswers: 0,
  duplicateAnswers: 0,
  silent: false,
  muteSubscriptions: false,
  diskFull: false,
  unknownErrors: 0,
  delayMs: 0,
  version: '23.10.6',
});
