import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** The query parameters of a request, by name as sent: `filter[status]`. */
export type RawParameters = { readonly [name: string]: string | readonly string[] };

const FILTER = /^filter\[([^[\]]+)\](?:\[([^[\]]+)\])?$/;

/** The field and operator of `filter[dueAt][gte]`. */
export const filterParameter = (name: string): { readonly field: string; readonly operator?: string } | undefined => {
  const match = FILTER.exec(name);
  if (match?.[1] === undefined) return undefined;
  return match[2] === undefined ? { field: match[1] } : { field: match[1], operator: match[2] };
};

/** Query parameters that are understood; others, and the same one twice, are refused with status 400. */
export class Parameters {
  readonly raw: RawParameters;
  constructor(request: FastifyRequest, known: readonly string[]) {
    this.raw = request.query as RawParameters;
    for (const [name, value] of Object.entries(this.raw)) {
      if (known.includes('filter') && filterParameter(name) !== undefined) continue;
      if (name === 'filter' || !known.includes(name))
        throw new Problem(400, 'request.unknown-parameter', `There is no parameter ${JSON.stringify(name)} here.`, {
          field: name,
          allowed: known.map((each) => (each === 'filter' ? 'filter[field], filter[field][operator]' : each)),
        });
      if (typeof value !== 'string')
        throw new Problem(400, 'request.repeated-parameter', `${name} is given twice: give it once.`, { field: name });
    }
  }

  text(name: string): string | undefined {
    return this.raw[name] as string | undefined;
  }

  /** A whole number in the range, or undefined where the parameter is absent. */
  integer(name: string, minimum: number, maximum: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= minimum && value <= maximum))
      throw new Problem(400, 'request.parameter', `${name} must be a whole number from ${minimum} to ${maximum}.`, {
        field: name,
      });
    return value;
  }

  /** `true` or `false`; false where the parameter is absent. */
  flag(name: string): boolean {
    const text = this.text(name);
    if (text !== undefined && text !== 'true' && text !== 'false')
      throw new Problem(400, 'request.parameter', `${name} must be true or false.`, { field: name });
    return text === 'true';
  }
}
