import { Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, CustomDecorator, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Role } from '#libs/kernel/actor.ts';
import { Problem } from './problem.ts';

/** Who may use a route: holders of one of the roles (in any team), of any role, or everybody (health only). */
export type RouteAccess = readonly Role[] | 'any role' | 'anonymous';

const ACCESS = 'careledger:access';

/** Denied unless granted: a route without this decorator is refused to everybody. */
export const Access = (access: RouteAccess): CustomDecorator => SetMetadata(ACCESS, access);

/** Checks the roles; the ledger itself checks the team. */
@Injectable()
export class RolesGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const access = Reflect.getMetadata(ACCESS, context.getHandler()) as RouteAccess | undefined;
    if (access === 'anonymous') return true;
    const grants = context.switchToHttp().getRequest<FastifyRequest>().viewer?.actor.grants ?? [];
    if (access === 'any role' ? grants.length > 0 : grants.some((grant) => access?.includes(grant.role))) return true;
    throw new Problem(
      403,
      'access.role',
      access === undefined
        ? 'Nobody is granted this route.'
        : `Your token grants none of the roles that may do this: ${access === 'any role' ? 'any' : access.join(', ')}. Ask an operator for a token with one.`,
    );
  }
}
