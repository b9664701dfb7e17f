import assert from 'node:assert/strict';
import neo4j from 'neo4j-driver';
import { neo4jMemory } from '../../src/adapters/neo4j/neo4j-memory.ts';
import { sealOf } from '../../src/adapters/system/seal.ts';
import type { MemoryReplica } from '../../src/core/memory/memory-ports.ts';
import { describeMemoryKeeper, workflowRecord } from '../contract/memory-keeper.ts';
import { freePort } from '../support/free-port.ts';
import { type Certificates, makeCertificates, startAnswering } from './certificates.ts';
import { startNeo4j } from './neo4j.ts';
import { filesHolding } from './test-server.ts';

const { signal } = new AbortController();
const seal = () => sealOf('the shared key');

describe('Neo4j as a keeper of workflows', () => {
  let server: Awaited<ReturnType<typeof startNeo4j>>;
  let certificates: Certificates;
  const open: MemoryReplica[] = [];
  let count = 0;
  before(async function () {
    this.timeout(600_000);
    certificates = await makeCertificates();
    server = await startNeo4j({ certificates });
  });
  after(async () => {
    for (const replica of open) await replica.close();
    await server?.stop();
    await certificates?.remove();
  });
  describeMemoryKeeper('workflow', async () => {
    count += 1;
    const namespace = `user/test${count}`;
    const connect = () => {
      const { url, user, password } = server;
      const replica = neo4jMemory({ url, user, password, namespaces: [namespace], seal });
      open.push(replica);
      return replica;
    };
    return { keeper: connect(), again: async () => connect(), namespace };
  });

  it('names a wrong password, a wrong database, TLS where there is none, and a server that is not there', async function () {
    this.timeout(60_000);
    const { url, user, password } = server;
    const code = async (options: Partial<Parameters<typeof neo4jMemory>[0]>) => {
      const replica = neo4jMemory({ url, user, password, namespaces: ['user/a'], seal, ...options });
      open.push(replica);
      const error: unknown = await replica.put([workflowRecord('1', 1, 1)], signal).catch((caught: unknown) => caught);
      return (error as { code: string }).code;
    };
    assert.equal(await code({ password: 'wrong' }), 'AUTH');
    assert.equal(await code({ database: 'elsewhere' }), 'DATABASE');
    assert.equal(await code({ url: url.replace('bolt:', 'bolt+s:') }), 'TLS');
    assert.equal(await code({ url: `bolt://127.0.0.1:${await freePort()}` }), 'UNREACHABLE');
  });

  it('holds no byte of what somebody wrote at any time', async () => {
    const { url, user, password, folder } = server;
    const namespace = 'user/secretive';
    const replica = neo4jMemory({ url, user, password, namespaces: [namespace], seal });
    open.push(replica);
    // Long and mixed, or Neo4j packs it in a way that no search of bytes sees.
    const secret = 'Xylophone-Quartz! ';
    const record = workflowRecord('secretive', 1, 1);
    assert.ok(record.workflow);
    const words = { title: secret, text: secret.repeat(30), namespace };
    const plan = [{ title: secret.repeat(5), instructions: secret.repeat(30) }];
    const steps = [{ tool: 'run_command', action: secret.repeat(10) }];
    const workflow = { ...record.workflow, goals: [secret.repeat(10)], plan, steps };
    await replica.put([{ ...record, ...words, workflow }], signal);
    assert.equal(
      (await replica.search({ text: 'xylophone', kinds: ['workflow'], limit: 5 }, signal))[0]?.records.length,
      1,
    );
    assert.equal(filesHolding(folder, secret.trim()), '');
    await replica.remove(['secretive'], signal);
    assert.equal(filesHolding(folder, secret.trim()), '');
    // The files are those in which the server does keep what it is given.
    const driver = neo4j.driver(url, neo4j.auth.basic(user, password));
    await driver.executeQuery('CREATE (n:Plain {text: $text})', { text: secret.repeat(10) });
    await driver.close();
    assert.match(filesHolding(folder, secret.trim()), /transaction/);
  });

  it('is reached by TLS with a certificate authority of its own', async () => {
    const { url, user, password } = server;
    for (const scheme of ['bolt+s:', 'bolt+ssc:']) {
      const namespace = `user/${scheme}`;
      const caFile = scheme === 'bolt+s:' ? { caFile: certificates.ca } : {};
      const replica = neo4jMemory({
        url: url.replace('bolt:', scheme),
        user,
        password,
        namespaces: [namespace],
        seal,
        ...caFile,
      });
      open.push(replica);
      await replica.put([{ ...workflowRecord('by-tls', 1, 1), namespace }], signal);
      assert.equal((await replica.scan({ kinds: ['workflow'], afterId: '', limit: 5 }, signal)).length, 1);
    }
  });

  it('names a server of another version, and is not written to where a newer OpenMagus keeps its workflows', async () => {
    const { url, user, password } = server;
    // No version of the protocol is agreed on: four zeros.
    const other = await startAnswering(() => new Uint8Array(4));
    const elsewhere = neo4jMemory({
      url: `bolt://127.0.0.1:${other.port}`,
      user,
      password,
      namespaces: ['user/a'],
      seal,
    });
    open.push(elsewhere);
    await assert.rejects(elsewhere.put([workflowRecord('1', 1, 1)], signal), { code: 'VERSION', message: /Update/ });
    await other.stop();
    const driver = neo4j.driver(url, neo4j.auth.basic(user, password));
    await driver.executeQuery("MERGE (s:OpenMagus {name: 'schema'}) SET s.version = 2");
    const namespace = 'user/newer';
    const replica = neo4jMemory({ url, user, password, namespaces: [namespace], seal });
    open.push(replica);
    await assert.rejects(replica.put([{ ...workflowRecord('1', 1, 1), namespace }], signal), {
      code: 'NEWER_SCHEMA',
      message: /Update OpenMagus/,
    });
    const { records } = await driver.executeQuery('MATCH (w:Workflow {namespace: $namespace}) RETURN w', { namespace });
    assert.equal(records.length, 0);
    await driver.executeQuery("MATCH (s:OpenMagus {name: 'schema'}) SET s.version = 1");
    await driver.close();
  });
});
