import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import type { Certificates } from './certificates.ts';
import { installOnce, needProgram, run } from './install.ts';
import { startServer, type TestServer } from './test-server.ts';

/** The long-term version for Java 17; newer ones want 21. */
const version = '5.26.16';

/** Neo4j's community server from Maven Central on a JVM, with authentication on; with certificates also by TLS. */
export async function startNeo4j(
  options: { readonly password?: string; readonly certificates?: Certificates } = {},
): Promise<TestServer & { readonly url: string; readonly user: string; readonly password: string }> {
  const { password = 'test-password', certificates } = options;
  await needProgram('java', 'openjdk-17-jre-headless');
  const jars = await installOnce(`neo4j-${version}`, fetchJars);
  const user = 'neo4j';
  const server = await startServer({
    name: 'neo4j',
    command: async ({ port, folder }) => {
      await mkdir(join(folder, 'conf'), { recursive: true });
      await writeFile(join(folder, 'conf', 'neo4j.conf'), configuration(port, certificates));
      return {
        file: 'java',
        args: [
          ...['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8'],
          ...['-cp', join(jars, '*'), 'org.neo4j.server.CommunityEntryPoint'],
          ...[`--home-dir=${folder}`, `--config-dir=${join(folder, 'conf')}`],
        ],
      };
    },
    ready: (port) => answers(port, user, password),
    // 8 s on an idle machine; one that is busy takes many times as long.
    readyMs: 180_000,
  });
  return { ...server, url: `bolt://127.0.0.1:${server.port}`, user, password };
}

async function fetchJars(folder: string): Promise<void> {
  await needProgram('mvn', 'maven');
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomText);
  await run('mvn', [
    '-B',
    '-q',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${folder}`,
    '-DincludeScope=runtime',
  ]);
}

const pomText = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>openmagus</groupId><artifactId>neo4j-runtime</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;

function configuration(port: number, certificates: Certificates | undefined): string {
  const tls = certificates
    ? `server.bolt.tls_level=OPTIONAL
dbms.ssl.policy.bolt.enabled=true
dbms.ssl.policy.bolt.base_directory=${certificates.folder}
dbms.ssl.policy.bolt.private_key=${certificates.key}
dbms.ssl.policy.bolt.public_certificate=${certificates.certificate}
dbms.ssl.policy.bolt.client_auth=NONE
`
    : '';
  return `${tls}server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:${port}
server.bolt.advertised_address=127.0.0.1:${port}
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=true
server.memory.pagecache.size=64m
db.tx_log.preallocate=false
dbms.usage_report.enabled=false
`;
}

// A new server wants its first password changed before it answers anything else.
async function answers(port: number, user: string, password: string): Promise<boolean> {
  return (await query(port, user, password, 'neo4j', 'RETURN 1')) || (await changePassword(port, user, password));
}

async function changePassword(port: number, user: string, password: string): Promise<boolean> {
  await query(port, user, 'neo4j', 'system', 'ALTER CURRENT USER SET PASSWORD FROM "neo4j" TO $password', { password });
  return false;
}

async function query(
  port: number,
  user: string,
  password: string,
  ...[database, text, parameters]: readonly [string, string, Record<string, string>?]
): Promise<boolean> {
  const driver = neo4j.driver(`bolt://127.0.0.1:${port}`, neo4j.auth.basic(user, password), {
    connectionTimeout: 2_000,
    maxTransactionRetryTime: 0,
    telemetryDisabled: true,
  });
  try {
    await driver.executeQuery(text, parameters, { database });
    return true;
  } catch {
    return false;
  } finally {
    await driver.close();
  }
}
