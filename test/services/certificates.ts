import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectPlain, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { needProgram, run } from './install.ts';

/** Files in PEM: an authority that nobody knows, and what it signed for 127.0.0.1. */
export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  remove(): Promise<void>;
}

export async function makeCertificates(): Promise<Certificates> {
  await needProgram('openssl', 'openssl');
  const folder = await mkdtemp(join(tmpdir(), 'openmagus-certificates-'));
  const file = (name: string): string => join(folder, name);
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  await run('openssl', [
    ...['req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=OpenMagus test authority'],
    ...['-addext', 'basicConstraints=critical,CA:TRUE', '-keyout', file('ca.key'), '-out', file('ca.pem')],
  ]);
  await run('openssl', [
    ...['req', ...newKey, '-subj', '/CN=127.0.0.1', '-keyout', file('server.key'), '-out', file('server.csr')],
  ]);
  writeFileSync(file('names.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await run('openssl', [
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'],
    ...['-days', '2', '-extfile', file('names.cnf'), '-out', file('server.pem')],
  ]);
  return {
    folder,
    ca: file('ca.pem'),
    certificate: file('server.pem'),
    key: file('server.key'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What stands before a server that speaks no TLS itself. */
export async function startTlsFront(
  certificates: Certificates,
  port: number,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const key = readFileSync(certificates.key);
  const cert = readFileSync(certificates.certificate);
  const server = createTlsServer({ key, cert }, (socket) => {
    const behind = connectPlain(port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const end of [socket, behind]) end.on('error', () => [socket, behind].forEach((one) => void one.destroy()));
  });
  return listening(server);
}

/** Answers every connection with these bytes, as a server of another version does. */
export function startAnswering(answer: (asked: Buffer) => string | Uint8Array): ReturnType<typeof startTlsFront> {
  return listening(
    createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (asked) => socket.write(answer(asked)));
    }),
  );
}

async function listening(
  server: ReturnType<typeof createServer>,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const open = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
