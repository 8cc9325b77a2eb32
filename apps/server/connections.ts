import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long requests under way may take once the server closes, in milliseconds. */
const DRAIN_MS = 10_000;

/**
 * Follows which connections have a request under way. Node's own idle list leaves out those that never sent one, as
 * browsers and clients open in advance; they would hold up a close until they time out.
 */
export const followConnections = (
  instance: FastifyInstance,
): { close(closing: () => Promise<void>): Promise<void> } => {
  const server: Server = instance.server;
  const underWay = new Map<Socket, number>();
  const count = (socket: Socket, by: number) => {
    const before = underWay.get(socket);
    if (before !== undefined) underWay.set(socket, before + by);
  };
  server.on('connection', (socket) => {
    underWay.set(socket, 0);
    socket.once('close', () => underWay.delete(socket));
  });
  server.on('request', (request, response) => {
    const { socket } = request;
    count(socket, 1);
    response.once('close', () => count(socket, -1));
  });
  return {
    /** Lets requests under way finish, as long as they take no longer than the drain time. */
    async close(closing) {
      const closed = closing();
      for (const [socket, requests] of underWay) if (requests === 0) socket.destroy();
      const deadline = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      try {
        await closed;
      } finally {
        clearTimeout(deadline);
      }
    },
  };
};
