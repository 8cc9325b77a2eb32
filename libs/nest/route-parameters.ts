import type { Moment } from '#libs/runtime/ledger.ts';
import { instant } from './answer-schemas.ts';
import { momentOf } from './moments.ts';
import type { Parameters } from './parameters.ts';
import type { RouteParameter } from './route.ts';

const visible = { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' } as const;

export const idParameter = (description: string): RouteParameter => ({
  in: 'path',
  name: 'id',
  description,
  required: true,
  schema: { type: 'string', minLength: 1, maxLength: 200 },
});
export const idempotencyKey: RouteParameter = {
  in: 'header',
  name: 'Idempotency-Key',
  description:
    'Your id of this command: sent again with the same body it gives the same answer, once. Without it the server makes one and returns it as commandId.',
  schema: visible,
};
export const correlationId: RouteParameter = {
  in: 'header',
  name: 'X-Correlation-Id',
  description: 'Recorded with the events, so that you find them again.',
  schema: visible,
};
export const ifMatch: RouteParameter = {
  in: 'header',
  name: 'If-Match',
  description: 'The ETag of the state that you decided on; another revision is answered 412.',
  schema: { type: 'string', pattern: '^("\\d+"|\\*)$' },
};
export const asOf: RouteParameter = {
  in: 'query',
  name: 'asOf',
  description: 'As it stood by what had been recorded until then.',
  schema: instant('RFC 3339 with an offset.'),
};
export const asAt: RouteParameter = {
  in: 'query',
  name: 'asAt',
  description:
    'By what had happened until then, whenever it was recorded; with asOf, as far as it was recorded by that moment.',
  schema: instant('RFC 3339 with an offset.'),
};
export const minPosition: RouteParameter = {
  in: 'query',
  name: 'minPosition',
  description: 'Wait until the answer reflects this position (also as header X-Min-Position): read your own writes.',
  schema: { type: 'integer', minimum: 0 },
};

/** The moments that a request asks about. Throws a Problem with status 400. */
export const momentsOf = (parameters: Parameters): Moment => {
  const recorded = parameters.text('asOf');
  const happened = parameters.text('asAt');
  return {
    ...(recorded === undefined ? {} : { asOf: momentOf('asOf', recorded) }),
    ...(happened === undefined ? {} : { asAt: momentOf('asAt', happened) }),
  };
};
