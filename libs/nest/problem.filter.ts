import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemBody, problemOf, unexpected } from './problem.ts';

/** An error's place in the code. Its message stays out: it may quote what it failed on. */
export const framesOf = (error: unknown): object => {
  if (!(error instanceof Error)) return { error: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    error: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12)
      .map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: framesOf(error.cause) }),
  };
};

/** Every error leaves as problem details; unexpected ones are logged under the request's id and say nothing of the inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error) ?? unexpected(request.id);
    if (problem.status >= 500) request.log.error(framesOf(error), problem.code);
    if (reply.sent) return;
    for (const name of ['etag', 'location', 'content-language']) reply.removeHeader(name);
    await reply
      .status(problem.status)
      .headers(problem.headers)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemBody(problem, request.id)));
  }
}
