import type { Command, Option } from 'commander';
import type { GlobalOptions } from './global-options.ts';
import type { Output } from './output.ts';
import type { ExitCode } from './problem.ts';

// `any`: each command names its own arguments and options.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Run = (output: Output, globals: GlobalOptions, ...args: any[]) => Promise<ExitCode | void>;

/** How the program declares a command: with the global options, a server's address, what it runs when it is called. */
export interface Declaring {
  readonly add: (parent: Command, name: string, description: string) => Command;
  readonly remote: (command: Command) => Command;
  readonly runs: (load: () => Promise<Run>) => (...args: unknown[]) => Promise<void>;
  readonly language: Option;
}
