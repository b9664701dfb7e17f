import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  readonly url: string;
  /** "GET /path" of every request. */
  readonly requests: string[];
  readonly connections: () => number;
  close(): Promise<void>;
}

type Answer = (request: http.IncomingMessage, body: string, response: http.ServerResponse) => string | undefined;

/** A server of pages on this machine. An answer of undefined: the page is not there, or was answered by hand. */
export async function startSite(answer: Answer): Promise<Site> {
  const requests: string[] = [];
  let connections = 0;
  const server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      const page = answer(request, Buffer.concat(chunks).toString(), response);
      if (page !== undefined) response.end(page);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.on('upgrade', (request, socket) => {
    requests.push(`UPGRADE ${request.url}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function page(title: string, body: string): string {
  return `<!doctype html><title>${title}</title><body>${body}`;
}

/** As the figure of the acceptance has it: 120 people, each with a box, two buttons and a link. */
export function peopleTable(rows = 120): string {
  const row = (index: number): string =>
    `<tr><td><input type=checkbox aria-label="Select Person ${index}"></td><td>${index}</td><td>Person ${index}</td><td>person${index}@example.com</td><td>${
      index % 3 === 0 ? 'paused' : 'active'
    }</td><td><button onclick="said.textContent='edit ${index}'">Edit</button> <button>Delete</button> <a href="/people/${index}">Details</a></td></tr>`;
  const heads = ['', 'Id', 'Name', 'Mail', 'State', 'Actions'].map((name) => `<th>${name}</th>`).join('');
  const body = Array.from({ length: rows }, (_, index) => row(index)).join('');
  return page(
    'People',
    `<h1>People</h1><p id=said></p><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`,
  );
}
