import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LiveDelta, Ports } from '../../../src/core/ports.ts';
import { until } from '../../support/until.ts';
import { answers, calls, finish, type TaskRig, taskRig, turns, yes } from '../task/task-rig.ts';
import { type Called, type CallOptions, callTool } from './connector-rig.ts';

/** As a configuration writes it. */
const variable = (name: string): string => `\${${name}}`;
const serverFile = path.resolve(import.meta.dirname, '../../support/mcp-server.ts');

describe('servers of the Model Context Protocol', function () {
  this.timeout(60_000);
  let rig: TaskRig;
  let ports: Ports;
  let notes: string;

  beforeEach(async () => {
    rig = await taskRig();
    notes = path.join(rig.root, '..', 'notes');
    ({ ports } = await rig.open({ models: {}, people: yes }));
  });
  afterEach(() => rig.remove());

  const entry = (...words: string[]) => ({ command: process.execPath, args: [serverFile, notes, ...words] });
  const configure = (servers: unknown, file = path.join(rig.home, 'mcp.json')) =>
    mkdir(path.dirname(file), { recursive: true }).then(() => writeFile(file, JSON.stringify({ servers })));
  const search = (query: string, options?: CallOptions & { server?: string }): Promise<Called> =>
    callTool(
      ports,
      rig.root,
      ['mcp_search', { query, ...(options?.server ? { server: options.server } : {}) }],
      options,
    );
  const call = (tool: string, given: unknown = {}, options?: CallOptions): Promise<Called> =>
    callTool(ports, rig.root, ['mcp_call', { server: 'test', tool, arguments: given }], options);
  const ready = async (...words: string[]): Promise<void> => {
    await configure({ test: entry(...words) });
    assert.equal((await search('')).ok, true);
  };
  const seen = async (): Promise<string> => (existsSync(notes) ? readFile(notes, 'utf8') : '');

  it('are asked for again once they were forgotten, and end; the secrets that they are given are known by name', async () => {
    const variables = { A: `\${${'input:first'}} \${${'input:second'}}`, B: `\${${'input:first'}}` };
    await configure({ test: entry(), needy: { ...entry(), env: variables } });
    assert.equal((await search('', { server: 'test' })).asked, true);
    assert.equal((await search('', { server: 'test' })).asked, false);
    const listed = async () => (await ports.mcp.list([rig.root])).servers;
    const [server, needy] = await listed();
    assert.ok(server);
    assert.deepEqual([server.secrets, needy?.secrets], [[], ['first', 'second']]);
    assert.deepEqual([server.approved, server.running], [true, true]);
    await ports.mcp.forget(server);
    const [forgotten] = await listed();
    assert.deepEqual([forgotten?.approved, forgotten?.running, forgotten?.tools], [false, false, undefined]);
    assert.equal((await search('', { server: 'test' })).asked, true);
  });

  it('are searched and called by a whole task, whose first request knows nothing of them', async () => {
    const firstRequest = async (): Promise<string> => {
      rig.script(turns('edit_file', [calls(finish())]));
      await rig.run({ goal: 'Nothing.', mode: 'act' });
      return JSON.stringify(rig.model.requests.at(-1)?.body.tools);
    };
    const plain = await firstRequest();
    await configure(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`none${index}`, entry()])));
    const apis = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { spec: `/none/${name}.json` }]));
    await writeFile(path.join(rig.home, 'apis.json'), JSON.stringify(apis));
    assert.equal(await firstRequest(), plain);
    assert.equal(await seen(), '');

    await configure({ test: entry() });
    const use = (tool: string, input?: unknown) => ({ name: 'use_tool', args: { tool, ...(input ? { input } : {}) } });
    rig.script(
      turns('edit_file', [
        calls(use('mcp')),
        calls(use('mcp_search', { query: 'add numbers' })),
        calls(use('mcp_call', { server: 'test', tool: 'add', arguments: { a: 2, b: 5 } })),
        calls(finish()),
      ]),
    );
    const first = rig.model.requests.length;
    const { of } = await rig.run({ goal: 'Add 2 and 5.', mode: 'act' }, { people: yes });
    const own = rig.model.requests.slice(first);
    assert.equal(JSON.stringify(own[0]?.body.tools), plain);
    const [families = '', found = '', sum] = answers(own.at(-1));
    assert.match(families, /mcp_search: .*\nmcp_call|mcp_call: /);
    assert.match(found, /server: test, tool: add\nAdds two numbers\.\narguments: .*"a"/);
    assert.equal(sum, '7');
    assert.match(of('approval-requested')[0]?.decision.reason ?? '', /MCP server test of .*nobody has allowed yet/);
    assert.deepEqual(
      of('tool-call-ended').map(({ label }) => label?.integrity),
      [undefined, 'untrusted', 'untrusted', undefined],
    );
  });

  it('are started once they are allowed, and asked for again when they are others', async () => {
    await configure({ test: entry() });
    const refused = await search('', { people: { approve: async () => false } });
    assert.equal(refused.ok, false);
    assert.equal(await seen(), '');
    const allowed = await search('');
    assert.deepEqual([allowed.asked, allowed.ok], [true, true]);
    assert.match(allowed.content, /^test \(13 tools\): add slow/);
    assert.equal((await call('add', { a: 1, b: 1 })).asked, false);

    await configure({ test: entry('other') });
    assert.equal((await search('')).asked, true);
  });

  it('are known in a later session without being started', async () => {
    await ready();
    const { ports: later } = await rig.open({ models: {}, people: yes });
    const before = await seen();
    const found = await callTool(later, rig.root, ['mcp_search', { query: 'add' }]);
    assert.match(found.content, /tool: add/);
    assert.deepEqual([found.asked, await seen()], [false, before]);
    const { content, asked } = await callTool(later, rig.root, [
      'mcp_call',
      { server: 'test', tool: 'add', arguments: { a: 3, b: 4 } },
    ]);
    assert.deepEqual([content, asked], ['7', false]);
  });

  it('ask again for a tool that has changed since it was allowed', async () => {
    await ready();
    await call('alter');
    const changed = await call('add', { a: 1, b: 2 });
    assert.deepEqual([changed.ok, changed.error?.code], [false, 'CHANGED']);
    const asked = await call('add', { a: 1, b: 2 }, { people: { approve: async () => false } });
    assert.match(asked.content, /a tool that is new or has changed/);
    const allowed = await call('add', { a: 1, b: 2 });
    assert.deepEqual([allowed.asked, allowed.content], [true, '3']);
    assert.equal((await call('add', { a: 1, b: 2 })).asked, false);
  });

  it('do not do what a rule of the user forbids', async () => {
    await ready();
    await writeFile(path.join(rig.home, 'rules.json'), '[{"decide": "deny", "command": "mcp test add"}]');
    const { ports: own } = await rig.open({ people: yes });
    const call = (tool: string) =>
      callTool(own, rig.root, ['mcp_call', { server: 'test', tool, arguments: { a: 1, b: 2 } }]);
    const denied = await call('add');
    assert.deepEqual([denied.ok, denied.asked], [false, false]);
    assert.match(denied.content, /Your rule says deny for mcp test add/);
    assert.equal((await call('image')).ok, true);
  });

  it('that die say their last words and are started again', async () => {
    await ready();
    const died = await call('die');
    assert.equal(died.error?.code, 'SERVER_DIED');
    assert.match(died.content, /may or may not have taken effect.*exit code 7.*I cannot go on/);
    assert.equal((await call('add', { a: 1, b: 2 })).content, '3');
    assert.equal((await seen()).match(/started/g)?.length, 2);
  });

  it('that flood are ended', async () => {
    await ready();
    const flooded = await call('flood');
    assert.deepEqual([flooded.ok, flooded.error?.code], [false, 'SERVER_DIED']);
    assert.match(flooded.content, /floods/);
    assert.equal((await call('add', { a: 1, b: 2 })).content, '3');
  });

  it('are told when a call is cancelled, and tell how far they are', async () => {
    await ready();
    const stop = new AbortController();
    const shown: LiveDelta[] = [];
    const running = call('slow', {}, { signal: stop.signal, onLive: (delta) => void shown.push(delta) });
    await until(async () => (await seen()).includes('waits'));
    await until(async () => shown.length > 0);
    assert.deepEqual(shown, [{ type: 'output', callId: 'call', text: 'one third (1 of 3)\n' }]);
    stop.abort();
    await assert.rejects(running);
    await until(async () => (await seen()).includes('cancelled'));
    assert.equal((await call('add', { a: 1, b: 2 })).content, '3');
  });

  it('may have a schema of 10 MB', async () => {
    await ready('huge');
    const found = await search('huge schema');
    assert.match(found.content, /tool: huge\n.*\narguments: too big/);
    assert.ok(found.content.length < 30_000);
  });

  it('answer at length only in part, and with images', async () => {
    await ready();
    const { content } = await call('long');
    assert.match(content, /252000 characters left out/);
    assert.deepEqual((await call('image')).images, ['data:image/png;base64,iVBORw0KGgo=']);
  });

  it('say themselves that a tool failed', async () => {
    await ready();
    const failed = await call('fail');
    assert.deepEqual([failed.ok, failed.error?.code], [false, 'MCP_TOOL_FAILED']);
    const unknown = await call('nothing');
    assert.match(unknown.content, /has no tool nothing\. It has: add/);
  });

  it('ask people for what they need, each question a call of the log', async () => {
    await ready();
    const said = ['huge', 'Large', ''];
    const answered = await call('ask', {}, { people: { answer: async () => said.shift() } });
    assert.deepEqual(JSON.parse(answered.content), { action: 'accept', content: { size: 'large', count: 3 } });
    const questions = answered.events.flatMap((event) => (event.type === 'question-asked' ? [event.question] : []));
    assert.equal(questions.length, 3);
    assert.match(questions[1] ?? '', /How big shall it be\?\nSize\n"huge" does not fit: one of the choices/);
    const declined = await call('ask', {}, { people: { answer: async () => 'Decline' } });
    assert.equal(JSON.parse(declined.content).action, 'decline');
    const nobody = await call('ask', {}, { people: { answer: async () => undefined } });
    assert.equal(JSON.parse(nobody.content).action, 'cancel');
  });

  it('ask the model only where a person lets them', async () => {
    await ready();
    rig.script(() => ({ text: 'A word.' }));
    const sampled = await call('sample');
    assert.equal(JSON.parse(sampled.content).content.text, 'A word.');
    assert.ok(sampled.events.some(({ type }) => type === 'approval-resolved'));
    const asks: string[] = [];
    const approve = async ({ title }: { title: string }): Promise<boolean> => {
      asks.push(title);
      return false;
    };
    const refused = await call('sample', {}, { people: { approve } });
    assert.equal(refused.ok, false);
    assert.match(refused.content, /refused/);
    assert.deepEqual(asks, ['Let the MCP server test ask your model']);
  });

  it('on this machine know the workspace folders', async () => {
    await ready();
    assert.deepEqual(JSON.parse((await call('roots')).content), { roots: [{ uri: `file://${rig.root}` }] });
  });

  it('see the variables of their entry and few others; secrets are filled in and never shown', async () => {
    process.env['OPENMAGUS_TEST_OTHER'] = 'not for servers';
    const secrets = { secretOf: async (name: string) => (name === 'token' ? 'very-secret-value-1' : undefined) };
    const { ports: own } = await rig.open({ models: {}, people: yes, ...secrets });
    await configure({
      test: {
        ...entry(),
        env: {
          TOKEN: variable('input:token'),
          PLACE: variable('workspaceFolder'),
          FROM: variable('env:OPENMAGUS_TEST_OTHER'),
        },
      },
      poor: { ...entry(), env: { TOKEN: variable('input:missing') } },
    });
    const found = await callTool(own, rig.root, ['mcp_search', { query: '' }]);
    assert.match(found.content, /poor needs the secret "missing"/);
    assert.doesNotMatch(JSON.stringify(found.effects), /very-secret/);
    const { content } = await callTool(own, rig.root, [
      'mcp_call',
      { server: 'test', tool: 'variables', arguments: {} },
    ]);
    const variables = JSON.parse(content) as Readonly<Record<string, string>>;
    const { TOKEN, PLACE, FROM, OPENMAGUS_TEST_OTHER: other } = variables;
    assert.deepEqual([TOKEN, PLACE, FROM, other], ['very-secret-value-1', rig.root, 'not for servers', undefined]);
    assert.ok(own.secrets().includes('very-secret-value-1'));
    delete process.env['OPENMAGUS_TEST_OTHER'];
  });

  it('end with all that they started', async () => {
    const { ports: own, close } = await rig.open({ models: {}, people: yes });
    await configure({ test: entry() });
    await callTool(own, rig.root, ['mcp_search', { query: '' }]);
    const { content } = await callTool(own, rig.root, ['mcp_call', { server: 'test', tool: 'child', arguments: {} }]);
    const pid = Number(content);
    process.kill(pid, 0);
    await close();
    await until(async () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });

  it('of the workspace come after those of the user, with comments and all', async () => {
    await configure({ test: entry() });
    await rig.write({
      '.vscode/mcp.json': `{ // ours
        "servers": { "test": {"command": "evil"}, "ours": ${JSON.stringify(entry())}, "odd": {"command": 5}, },
      }`,
    });
    const { servers, faults } = await ports.mcp.list([rig.root]);
    assert.deepEqual(
      servers.map(({ name, source }) => [name, path.basename(path.dirname(source))]),
      [
        ['test', 'home'],
        ['ours', '.vscode'],
      ],
    );
    assert.match(faults.join(), /the server odd is not right/);
  });

  it('whose program lies in the workspace are an ordinary command each time', async () => {
    await rig.write({ 'server.mjs': 'process.exit(1)' });
    await configure({ test: { command: process.execPath, args: ['server.mjs'], cwd: variable('workspaceFolder') } });
    const [server] = (await ports.mcp.list([rig.root])).servers;
    assert.equal(server?.ofWorkspace, true);
  });

  it('are not started in a workspace that is not trusted', async () => {
    await configure({ test: entry() });
    const denied = await search('', { trusted: false });
    assert.match(denied.content, /not trusted/);
    assert.equal(await seen(), '');
  });

  it('that cannot be started do not stand in the way, and are tried again by name only', async () => {
    await configure({ test: entry(), broken: { command: 'no-such-program-here' } });
    const first = await search('');
    assert.match(
      first.content,
      /test \(13 tools\)[\s\S]*broken could not be started\. spawn no-such-program-here ENOENT/,
    );
    const again = await search('');
    assert.equal(again.asked, false);
    assert.match(again.content, /search with "server": "broken" to try again/);
    assert.equal((await search('', { server: 'broken' })).asked, true);
  });

  it('that nobody configured are said to be missing', async () => {
    assert.match((await search('x')).content, /No MCP server is configured/);
    assert.match((await call('add')).content, /There is no MCP server test/);
  });
});
