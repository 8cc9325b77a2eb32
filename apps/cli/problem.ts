/** What the process answers to whoever started it. Documented in docs/guides/cli.md; scripts rely on it. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  inUse: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something that the user can put right: what happened and where (the message), and what to do next. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly exitCode: ExitCode;
  readonly next: string | undefined;

  constructor(message: string, options: { exitCode?: ExitCode; next?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.next = options.next;
  }
}

export const wrongUsage = (message: string, next?: string): Problem =>
  new Problem(message, { exitCode: EXIT.usage, ...(next === undefined ? {} : { next }) });

export const notFound = (message: string, next?: string): Problem =>
  new Problem(message, { exitCode: EXIT.notFound, ...(next === undefined ? {} : { next }) });

/** Of a refusal by the ledger, as it stands in the server's answer too. */
export interface ProblemDetails {
  readonly detail?: string;
  readonly code?: string;
  readonly fields?: readonly { readonly field: string; readonly problems: readonly string[] }[];
}

/** The sentence, with each wrong field and the code to look up. */
export const problemInWords = ({ detail, code, fields }: ProblemDetails): string =>
  [
    ...(fields === undefined ? [detail] : fields.flatMap(({ problems }) => problems.map((problem) => `${problem}.`))),
    ...(code === undefined ? [] : [`(${code})`]),
  ].join(' ');

/** Errors of the ledger and its adapters, by name: they carry their own sentence; here they get their exit code. */
const EXIT_BY_NAME: { readonly [name: string]: ExitCode } = {
  ConfigurationError: EXIT.usage,
  InvalidQuery: EXIT.usage,
  InvalidMoment: EXIT.usage,
  UnknownCollection: EXIT.notFound,
  AccessDenied: EXIT.denied,
  DataFolderHeld: EXIT.inUse,
  CommanderError: EXIT.usage,
};

export interface ReportedProblem {
  readonly message: string;
  readonly next?: string;
  readonly exitCode: ExitCode;
}

const ON_SYSTEM_ERROR: { readonly [code: string]: string } = {
  ENOENT: 'Check the path.',
  EACCES: 'Check the permissions of the file or folder.',
  EPERM: 'Check the permissions of the file or folder.',
  ENOSPC: 'The disk is full: free some space and run the same command again; nothing acknowledged is lost.',
  EADDRINUSE: 'Choose another port with --port.',
  ECONNREFUSED: 'Is the server running? Check --url.',
};

const NEXT_BY_NAME: { readonly [name: string]: string } = {
  DataFolderHeld: 'Where that is a server, questions, rebuild and dlq can go through it: --url URL --token TOKEN.',
};

/** Any error as the user should see it. */
export const reported = (error: unknown): ReportedProblem => {
  if (error instanceof Problem)
    return {
      message: error.message,
      ...(error.next === undefined ? {} : { next: error.next }),
      exitCode: error.exitCode,
    };
  if (!(error instanceof Error)) return { message: String(error), exitCode: EXIT.failed };
  const code = (error as NodeJS.ErrnoException).code;
  const next = NEXT_BY_NAME[error.name] ?? (code === undefined ? undefined : ON_SYSTEM_ERROR[code]);
  return {
    message: error.message || error.name,
    ...(next === undefined ? {} : { next }),
    exitCode: EXIT_BY_NAME[error.name] ?? EXIT.failed,
  };
};
