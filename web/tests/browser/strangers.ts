// Contracts and sites of others, which answer as they like.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Hex, numberToHex, size } from 'viem';

const servers: Server[] = [];

/** Code that answers every call with the same bytes. */
export function answering(bytes: Hex): Hex {
  const length = numberToHex(size(bytes), { size: 2 }).slice(2);
  // PUSH2 length, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN
  return `0x61${length}80600c6000396000f3${bytes.slice(2)}`;
}

/** A site of somebody else that serves one document to whoever asks. */
export async function elsewhere(document: unknown, answer?: (method: string, params: unknown[]) => unknown): Promise<string> {
  const server = createServer((request, response): void => {
    response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*').setHeader('content-type', 'application/json');
    if (answer === undefined) {
      response.end(JSON.stringify(document));
      return;
    }
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      if (body === '') {
        response.end();
        return;
      }
      const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: unknown[] };
      Promise.resolve(answer(method, params)).then(
        (result) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result })),
        (error: Error) => response.end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_000, message: error.message } })),
      );
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Ends all sites. */
export function closeAll(): void {
  servers.splice(0).forEach((server) => server.close());
}
