import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { closedLoop } from './contender.ts';
import type { RoundResult } from './contender.ts';
import { idOf, TEXT } from './seed.ts';

/** What the load's process sends. */
export interface Load {
  readonly port: number;
  readonly clients: number;
  readonly requests: number;
  readonly cases: number;
  readonly token?: string;
}

const headEnd = '\r\n\r\n';

/** One keep-alive connection, one request at a time: as little work as HTTP allows, so that the server is what is measured. */
class Connection {
  readonly #socket;
  #received = '';
  #answered: ((status: number) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#failed?.(error));
    this.#socket.on('close', () => this.#failed?.(new Error('The server closed the connection.')));
  }

  post(path: string, headers: string, body: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n${headers}Content-Length: ${Buffer.byteLength(body)}${headEnd}${body}`,
      );
    });
  }

  end(): void {
    this.#failed = undefined;
    this.#socket.end();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const head = this.#received.indexOf(headEnd);
    if (head === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1] ?? 0);
    if (this.#received.length < head + headEnd.length + length) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = '';
    this.#answered?.(status);
  }
}

const run = async ({ port, clients, requests, cases, token }: Load): Promise<RoundResult> => {
  const connections = Array.from({ length: clients }, () => new Connection(port));
  const body = JSON.stringify({ text: TEXT });
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  const result = await closedLoop(clients, requests, async (request, client) => {
    const status = await connections[client]!.post(
      `/v1/service-cases/${idOf('case', request % cases)}/add-note`,
      `${authorization}Idempotency-Key: ${randomUUID()}\r\n`,
      body,
    );
    if (status !== 200) throw new Error(`The server answered ${status}.`);
  });
  for (const connection of connections) connection.end();
  return result;
};

/** Runs a load in a process of its own. */
export const load = (options: Load): Promise<RoundResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...process.execArgv.filter((each) => !each.startsWith('--cpu-prof')), fileURLToPath(import.meta.url)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as RoundResult);
      else reject(new Error(`The load ended with code ${code}.`));
    });
    child.stdin.end(JSON.stringify(options));
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let input = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) input += String(chunk);
  process.stdout.write(JSON.stringify(await run(JSON.parse(input) as Load)));
}
