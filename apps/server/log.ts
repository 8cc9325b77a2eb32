import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * A log of what the server did: routes, statuses, times, ids. Never bodies, tokens, addresses with their values, or
 * messages of errors, all of which may hold personal values.
 */
export const makeLogger = (level: LogLevel, destination?: DestinationStream): Logger => {
  const options = {
    level,
    base: { name: 'careledger' },
    serializers: {
      // Fastify would log addresses, and filters in them may hold personal values.
      req: () => undefined,
      res: () => undefined,
      err: (error: unknown) => ({ error: error instanceof Error ? error.name : typeof error }),
    },
    redact: { paths: ['*.authorization', 'authorization', 'headers', 'body', '*.body', '*.headers'], remove: true },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
};
