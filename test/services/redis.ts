import { connect } from 'node:net';
import { freePort } from '../support/free-port.ts';
import type { Certificates } from './certificates.ts';
import { needProgram } from './install.ts';
import { startServer, type TestServer } from './test-server.ts';

export interface RedisOptions {
  readonly password?: string;
  /** Default true: what was answered for is on disk. */
  readonly appendOnly?: boolean;
  /** A cluster of one node that holds every slot, and so refuses what spans two. */
  readonly cluster?: boolean;
  /** TLS on a second port. */
  readonly certificates?: Certificates;
  /** More lines of redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Debian's redis-server. */
export async function startRedis(
  options: RedisOptions = {},
): Promise<TestServer & { readonly url: string; readonly tlsUrl: string }> {
  await needProgram('redis-server', 'redis-server');
  const { password, appendOnly = true, cluster = false, certificates, config = {} } = options;
  const tlsPort = await freePort();
  const lines: Record<string, string> = {
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    ...(password === undefined ? {} : { requirepass: password }),
    ...(cluster ? { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } : {}),
    ...(certificates
      ? {
          'tls-port': String(tlsPort),
          'tls-cert-file': certificates.certificate,
          'tls-key-file': certificates.key,
          'tls-ca-cert-file': certificates.ca,
          'tls-auth-clients': 'no',
        }
      : {}),
    ...config,
  };
  const greeting = `${password === undefined ? '' : `AUTH ${password}\r\n`}${cluster ? 'CLUSTER ADDSLOTSRANGE 0 16383\r\nCLUSTER INFO\r\n' : 'PING\r\n'}`;
  const server = await startServer({
    name: 'redis',
    command: async ({ port, folder }) => ({
      file: 'redis-server',
      args: [
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
        ...Object.entries(lines).flatMap(([name, value]) => [`--${name}`, value]),
      ],
    }),
    ready: async (port) => (await talk(port, greeting)).includes(cluster ? 'cluster_state:ok' : '+PONG'),
    readyMs: 10_000,
  });
  return { ...server, url: `redis://127.0.0.1:${server.port}`, tlsUrl: `rediss://127.0.0.1:${tlsPort}` };
}

async function talk(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await new Promise<string>((resolve, reject) => {
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString();
      });
      socket.once('error', reject);
      socket.setTimeout(200, () => resolve(answer));
      socket.write(text);
    });
  } finally {
    socket.destroy();
  }
}
