import type { ExplainedTier } from '#libs/features/customer/tier-explained.ts';
import type { ExplainedEscalation } from '#libs/features/escalation/escalation-explained.ts';
import type { ExplainedDeadlines } from '#libs/features/sla/sla.events.ts';
import type { AggregateState, DeadLetter, Disclosed, Moment, RebuildReport } from '#libs/runtime/ledger.ts';
import { REFERENCED } from './asked.ts';
import type { AskedLedger, FieldProvenance, HistoryLines, ListPage } from './asked.ts';
import type { Condition, Operator } from './conditions.ts';
import { EXIT, Problem, notFound, problemInWords, wrongUsage } from './problem.ts';
import type { ExitCode, ProblemDetails } from './problem.ts';
import { maskedInWords } from './masked.ts';

const PARAMETER: { readonly [operator in Operator]?: string } = {
  '!=': '[ne]',
  '>': '[gt]',
  '>=': '[gte]',
  '<': '[lt]',
  '<=': '[lte]',
  '^=': '[prefix]',
  in: '[in]',
};

const addConditions = (parameters: URLSearchParams, conditions: readonly Condition[]): void => {
  for (const { field, operator, values } of conditions) {
    if (operator === 'exists' || operator === 'missing')
      parameters.append(`filter[${field}][exists]`, String(operator === 'exists'));
    // A comma would separate values there; in quotes it stands for itself.
    else
      for (const value of values)
        parameters.append(
          `filter[${field}]${PARAMETER[operator] ?? ''}`,
          value.includes(',') && operator !== '^=' ? `"${value.replace(/["\\]/g, '\\$&')}"` : value,
        );
  }
};

const addMoment = (parameters: URLSearchParams, { asOf, asAt }: Moment): void => {
  if (asOf !== undefined) parameters.set('asOf', asOf);
  if (asAt !== undefined) parameters.set('asAt', asAt);
};

const EXIT_OF_STATUS: { readonly [status: number]: ExitCode } = {
  400: EXIT.usage,
  401: EXIT.denied,
  403: EXIT.denied,
  404: EXIT.notFound,
  422: EXIT.usage,
};

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** A ledger behind a running server as the command line asks it. */
export const remoteLedger = (
  collections: { readonly [aggregate: string]: string },
  { url, token }: { readonly url: string; readonly token: string | undefined },
): AskedLedger => {
  if (!URL.canParse(url)) throw wrongUsage(`--url ${url} is not an address.`, 'Write it like http://127.0.0.1:8080.');
  if (token === undefined)
    throw wrongUsage('--url needs a token.', 'Give --token or set CARE_TOKEN; make one with: care token.');

  let toldMasked = false;
  const ask = async <Body>(method: 'GET' | 'POST', path: string, content?: object): Promise<Answer<Body>> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url.endsWith('/') ? url : `${url}/`), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(content === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      });
    } catch (error) {
      const cause = (error as { cause?: { message?: string; code?: string } }).cause;
      throw new Problem(`${url} does not answer: ${cause?.code ?? cause?.message ?? (error as Error).message}.`, {
        next: 'Is the server running (care serve), and is --url its address?',
        cause: error,
      });
    }
    const masked = response.headers.get('care-masked');
    if (masked !== null && !toldMasked) {
      toldMasked = true;
      process.stderr.write(`care: ${maskedInWords(masked)}\n`);
    }
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      throw new Problem(`${url} did not answer as a CareLedger server does (status ${response.status}).`, {
        next: 'Check --url.',
      });
    }
    if (response.ok || response.status === 404) return { status: response.status, body: body as Body };
    throw refusal(response.status, body);
  };
  const refusal = (status: number, body: unknown): Problem => {
    const details = { detail: `${url} answered ${status}.`, ...(body as ProblemDetails) };
    return new Problem(problemInWords(details), {
      exitCode: EXIT_OF_STATUS[status] ?? EXIT.failed,
      ...(status === 401 ? { next: 'Make a new token with: care token.' } : {}),
    });
  };
  /** What must be there: a 404 is a refusal like any other. */
  const told = async <Body>(...[method, path, content]: Parameters<typeof ask>): Promise<Body> => {
    const { status, body } = await ask<Body>(method, path, content);
    if (status === 404) throw refusal(status, body);
    return body;
  };
  const ofReadModel = async <Body>(name: string, path: string, parameters: URLSearchParams): Promise<Body> => {
    const body = await known<Body>(`v1/${encodeURIComponent(name)}${path}`, parameters);
    if (body === undefined)
      throw notFound(`There is no read model ${name} at ${url}.`, 'Its API page lists those there are.');
    return body;
  };
  const known = async <Body>(path: string, parameters: URLSearchParams): Promise<Body | undefined> => {
    const { status, body } = await ask<Body>('GET', `${path}?${parameters}`);
    return status === 404 ? undefined : body;
  };
  const asked = (conditions: readonly Condition[], moment: Moment = {}): URLSearchParams => {
    const parameters = new URLSearchParams();
    addConditions(parameters, conditions);
    addMoment(parameters, moment);
    return parameters;
  };

  return {
    referenced: REFERENCED,
    list: async (collection, { conditions, sort, limit, cursor }, moment) => {
      const parameters = asked(conditions, moment);
      parameters.set('limit', String(limit));
      if (sort !== undefined)
        parameters.set('sort', sort.map(({ field, direction }) => (direction === 'desc' ? `-${field}` : field)).join());
      if (cursor !== undefined) parameters.set('cursor', cursor);
      return ofReadModel<ListPage>(collection, '', parameters);
    },
    count: async (collection, conditions, moment) =>
      (await ofReadModel<{ count: number }>(collection, '/count', asked(conditions, moment))).count,
    groups: async (collection, conditions, by, moment) => {
      const parameters = asked(conditions, moment);
      parameters.set('by', by);
      type Groups = Awaited<ReturnType<AskedLedger['groups']>>;
      return (await ofReadModel<{ groups: Groups }>(collection, '/groups', parameters)).groups;
    },
    history: async (id, language, moment, after) => {
      const parameters = new URLSearchParams({ lang: language, limit: '1000' });
      addMoment(parameters, moment);
      if (after !== undefined) parameters.set('after', String(after));
      return known<HistoryLines>(`v1/history/${encodeURIComponent(id)}`, parameters);
    },
    stateOf: async (stream, moment) => {
      const parameters = new URLSearchParams();
      addMoment(parameters, moment);
      const aggregate = Object.keys(collections).find((name) => stream.startsWith(`${name}-`));
      if (aggregate === undefined) return undefined;
      const id = encodeURIComponent(stream.slice(aggregate.length + 1));
      return known<AggregateState>(`v1/${collections[aggregate]}/${id}/state`, parameters);
    },
    provenance: async (collection, id, field, language, moment) => {
      const parameters = new URLSearchParams({ field, lang: language });
      addMoment(parameters, moment);
      const path = `v1/provenance/${encodeURIComponent(collection)}/${encodeURIComponent(id)}`;
      return known<FieldProvenance>(path, parameters);
    },
    explain: async (stream, moment) => {
      const parameters = new URLSearchParams();
      addMoment(parameters, moment);
      return known<ExplainedDeadlines>(`v1/deadlines/${encodeURIComponent(stream)}`, parameters);
    },
    explainTier: async (id, moment) => {
      const parameters = new URLSearchParams();
      addMoment(parameters, moment);
      return known<ExplainedTier>(`v1/customers/${encodeURIComponent(id)}/tier-explanation`, parameters);
    },
    explainEscalation: async (id, moment) => {
      const parameters = new URLSearchParams();
      addMoment(parameters, moment);
      return known<ExplainedEscalation>(`v1/escalations/${encodeURIComponent(id)}/explanation`, parameters);
    },
    execute: async ({ name, id, body: content }) => {
      const [aggregate, command] = name.split('.') as [string, string];
      const path = `v1/${collections[aggregate] ?? aggregate}/${encodeURIComponent(id)}/${command}`;
      const { events } = await told<{ events: number }>('POST', path, content);
      return { events };
    },
    rebuild: async (collection) => {
      const content = collection === undefined ? {} : { collection };
      return (await told<{ rebuilt: RebuildReport[] }>('POST', 'v1/operations/rebuild', content)).rebuilt;
    },
    accesses: async (query) =>
      told(
        'GET',
        `v1/access-records?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
      ),
    disclose: async (id, to) => {
      const { status, body } = await ask<Disclosed>('POST', 'v1/evidence', { id, ...to });
      return status === 404 ? undefined : body;
    },
    deadLetters: async () =>
      (await told<{ deadLetters: DeadLetter[] }>('GET', 'v1/operations/dead-letters')).deadLetters,
    retryDeadLetters: () => told('POST', 'v1/operations/dead-letters/retry', {}),
    standingProcesses: () => told('GET', 'v1/operations/processes'),
    retryProcesses: () => told('POST', 'v1/operations/processes/retry', {}),
    close: async () => undefined,
  };
};
