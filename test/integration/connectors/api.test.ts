import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ports } from '../../../src/core/ports.ts';
import { shopApi } from '../../support/shop-api.ts';
import { type ShopServer, startShop } from '../../support/shop-server.ts';
import { answers, calls, finish, type TaskRig, taskRig, turns, yes } from '../task/task-rig.ts';
import { type Called, type CallOptions, callTool } from './connector-rig.ts';

describe('APIs with an OpenAPI document', function () {
  this.timeout(60_000);
  let rig: TaskRig;
  let shop: ShopServer;
  let ports: Ports;
  const secrets: Record<string, string> = { key: 'secret-of-the-shop-1', client: 'client-secret-1' };
  const secretOf = async (name: string): Promise<string | undefined> => secrets[name];

  beforeEach(async () => {
    rig = await taskRig();
    shop = await startShop();
    ({ ports } = await rig.open({ people: yes, secretOf }));
  });
  afterEach(async () => {
    await shop.close();
    await rig.remove();
  });

  const configure = async (api: Readonly<Record<string, unknown>>, more = {}): Promise<void> => {
    await mkdir(rig.home, { recursive: true });
    await writeFile(path.join(rig.home, 'apis.json'), JSON.stringify({ shop: api, ...more }));
  };
  const standard = (more = {}) => configure({ spec: `${shop.url}/openapi.json`, baseURL: `${shop.url}/v1`, ...more });
  const tool = (name: string, input: unknown, options?: CallOptions): Promise<Called> =>
    callTool(ports, rig.root, [name, input], options);
  const call = (operation: string, params = {}, more = {}, options?: CallOptions): Promise<Called> =>
    tool('api_call', { operation, params, ...more }, options);
  const ready = async (more = {}): Promise<void> => {
    await standard(more);
    assert.equal((await tool('api_search', { query: 'orders' })).ok, true);
  };
  const sent = () => shop.requests.filter(({ route }) => !route.includes('openapi'));
  /** A document of its own in a file. */
  const written = async (document: unknown, name = 'own.json'): Promise<void> => {
    const file = path.join(rig.root, name);
    await writeFile(file, typeof document === 'string' ? document : JSON.stringify(document));
    await configure({ spec: file, baseURL: `${shop.url}/v1` });
  };

  it('are searched, described and called by a whole task', async () => {
    await standard();
    const use = (name: string, input: unknown) => ({ name: 'use_tool', args: { tool: name, input } });
    rig.script(
      turns('edit_file', [
        calls(use('api_search', { query: 'show all orders' })),
        calls(use('api_describe', { operation: 'listOrders' })),
        calls(use('api_call', { operation: 'listOrders', params: { limit: 2 } })),
        calls(use('api_call', { operation: 'createOrder', body: { customerId: 'c1', note: 'soon' } })),
        calls(finish()),
      ]),
    );
    const { of } = await rig.run({ goal: 'Order something.', mode: 'act' }, { people: yes, secretOf });
    const [found = '', described = '', listed = '', created = ''] = answers(rig.model.requests.at(-1));
    assert.match(found, /^Shop \(shop\): 200 operations\n[\s\S]*listOrders {2}GET \/orders {2}List orders/);
    assert.match(described, /query limit: integer 1\.\.100/);
    assert.match(described, /go on with page/);
    assert.match(listed, /HTTP 200[\s\S]*"id":"o2"[\s\S]*call again with \{"page":"2"\} in params/);
    assert.match(created, /HTTP 201[\s\S]*"note":"soon"/);
    // Only what may change something was asked for.
    assert.deepEqual(
      of('approval-requested').map(({ decision }) => decision.rule),
      ['protected'],
    );
    assert.match(of('approval-requested')[0]?.decision.reason ?? '', /a POST to 127\.0\.0\.1/);
    assert.deepEqual(
      of('tool-call-ended').map(({ label }) => label?.integrity),
      ['untrusted', undefined, 'untrusted', 'untrusted', undefined],
    );
  });

  it('are not called with what the document does not allow', async () => {
    await ready();
    for (const [given, says] of [
      [{ params: { limit: 500 } }, /params\.limit: .*500/],
      [{ params: { limit: 'many' } }, /params\.limit/],
      [{ params: { sort: 'up' } }, /params\.sort: there is none; there are: limit, page, q/],
      [{ body: {} }, /takes none/],
    ] as const) {
      const { params = {}, body } = given as { params?: object; body?: unknown };
      const refused = await call('listOrders', params, body === undefined ? {} : { body });
      assert.equal(refused.error?.code, 'BAD_PARAMS');
      assert.match(refused.content, says);
    }
    assert.match((await call('getOrder')).content, /params\.id: is missing/);
    assert.match((await call('createOrder')).content, /body: is missing/);
    assert.match((await call('createOrder', {}, { body: { lines: 'x' } })).content, /body: .*customerId/);
    assert.match((await call('createOrder', {}, { body: { customerId: 5 } })).content, /body: customerId: .*string/);
    assert.match((await call('getOrder', { id: '..' })).content, /cannot be empty or dots alone/);
    assert.match((await call('listOrder')).content, /no operation listOrder\. Near: /);
    assert.deepEqual(sent(), []);
  });

  it('keep a value within its part of the path', async () => {
    await ready();
    await call('getProduct', { id: '../../admin?x=1#y' });
    assert.equal(sent()[0]?.route, 'GET /v1/products/..%2F..%2Fadmin%3Fx%3D1%23y');
  });

  it('show the request without sending it', async () => {
    await ready({ auth: { kind: 'header', header: 'X-Key', secret: 'key' } });
    const { content, asked } = await call('createOrder', {}, { body: { customerId: 'c1' }, dry_run: true });
    assert.match(
      content,
      /^POST http:\/\/127\.0\.0\.1:\d+\/v1\/orders\naccept: .*\ncontent-type: application\/json\nX-Key: \[the secret key\]\n\n\{"customerId":"c1"\}$/,
    );
    assert.equal(asked, false);
    assert.deepEqual(sent(), []);
  });

  it('get their key in each of the ways, and nobody else sees it', async () => {
    const pair = Buffer.from('me:secret-of-the-shop-1').toString('base64');
    for (const [auth, header, value] of [
      [{ kind: 'bearer', secret: 'key' }, 'authorization', 'Bearer secret-of-the-shop-1'],
      [{ kind: 'basic', secret: 'key', user: 'me' }, 'authorization', `Basic ${pair}`],
      [{ kind: 'header', secret: 'key', header: 'X-Key' }, 'x-key', 'secret-of-the-shop-1'],
      [
        { kind: 'oauth2', secret: 'client', clientId: 'shop-client', tokenURL: `${shop.url}/token` },
        'authorization',
        'Bearer token-of-the-shop-1',
      ],
    ] as const) {
      await ready({ auth });
      const { ok, effects } = await call('getProduct', { id: 'p1' });
      assert.equal(ok, true);
      assert.equal(sent().at(-1)?.headers[header], value);
      assert.doesNotMatch(JSON.stringify(effects), /secret-of|client-secret|token-of/);
      assert.ok(ports.secrets().includes(value.replace(/^\w+ /, '')));
    }
    assert.equal(sent().filter(({ route }) => route === 'POST /token').length, 1);
  });

  it('send no key where the user did not say that it may go', async () => {
    const auth = { kind: 'bearer', secret: 'key' };
    await configure({ spec: `${shop.url}/openapi.json`, auth });
    await tool('api_search', { query: '' });
    assert.match((await call('getProduct', { id: 'p1' })).content, /set "baseURL"/);
    await configure({ spec: `${shop.url}/openapi.json`, baseURL: 'http://shop.example.com/v1', auth });
    await tool('api_search', { query: '' });
    assert.match((await call('getProduct', { id: 'p1' })).content, /alone, by https/);
    await standard({ auth: { ...auth, secret: 'unknown' } });
    await tool('api_search', { query: '' });
    assert.match((await call('getProduct', { id: 'p1' })).content, /There is no secret unknown/);
    assert.deepEqual(sent(), []);
  });

  it('are asked for where only the document says where they are', async () => {
    await configure({ spec: `${shop.url}/openapi.json` });
    await tool('api_search', { query: '' });
    const asked = await call('getProduct', { id: 'p1' }, {}, { people: { approve: async () => false } });
    assert.deepEqual([asked.asked, asked.ok], [true, false]);
  });

  it('answer with too much, too often, pages and bytes', async () => {
    await ready();
    const big = await call('getProduct', { id: 'big' });
    assert.equal(big.ok, true);
    assert.ok(big.content.length < 6000);
    const [, file = ''] = /all of it is in (\S+)\]/.exec(big.content) ?? [];
    assert.ok((await stat(file)).size > 50_000_000);
    const busy = await call('getProduct', { id: 'busy' });
    assert.equal(busy.error?.code, 'RATE_LIMITED');
    assert.match(busy.content, /says to wait: 17/);
    const page = await call('getProduct', { id: 'page' });
    assert.equal(page.error?.code, 'HTML');
    const [, bytes = ''] = /all of it is in (\S+)\]/.exec((await call('getProduct', { id: 'bytes' })).content) ?? [];
    assert.deepEqual([...(await readFile(bytes))], [137, 80, 255, 0]);
    const missing = await call('getCustomer', { id: 'nobody' });
    assert.equal(missing.error?.code, 'HTTP_404');
  });

  it('may have documents without ids, in YAML, with cycles, of version 3.0', async () => {
    await written(
      `openapi: 3.0.3
info: {title: Tree}
paths:
  /nodes/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get: {summary: Look at a node, responses: {'200': {description: A node., content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}}}
    put:
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}}
      responses: {'204': {description: Done.}}
components:
  schemas:
    Node:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        weight: {type: number, nullable: true, minimum: 0, exclusiveMinimum: true}
        parent: {$ref: '#/components/schemas/Node'}
        children: {type: array, items: {$ref: '#/components/schemas/Node'}}
`,
      'tree.yaml',
    );
    const found = await tool('api_search', { query: 'look at node' });
    assert.match(found.content, /^Tree \(shop\): 2 operations\nGET \/nodes\/\{id\} {2}Look at a node/);
    const { content } = await tool('api_describe', { operation: 'put /nodes/{id}' });
    assert.match(
      content,
      /body\* \(application\/json\): \{id\*: integer \(only in answers\), name\*: string, weight: number .*\|null, parent: Node, children: \[Node\]\}/,
    );
    const wrong = await call('PUT /nodes/{id}', { id: 1 }, { body: { name: 'a', children: [{ name: 5 }] } });
    assert.match(wrong.content, /body: children\/0\/name: .*string/);
    const zero = await call('PUT /nodes/{id}', { id: 1 }, { body: { name: 'a', weight: 0 } });
    assert.match(zero.content, /body: weight/);
    await call('PUT /nodes/{id}', { id: 1 }, { body: { name: 'a', weight: null, children: [{ name: 'b' }] } });
    assert.equal(sent()[0]?.route, 'PUT /v1/nodes/1');
  });

  it('with bad documents say what mends them', async () => {
    for (const [document, code, says] of [
      [{ swagger: '2.0', paths: {} }, 'SWAGGER_2', /npx swagger2openapi/],
      ['<!doctype html><title>Docs</title>', 'NO_DOCUMENT', /web page; name the JSON or YAML file/],
      ['{"openapi": "3.0.0", ', 'NO_DOCUMENT', /neither JSON nor YAML/],
      [{ openapi: '3.0.0', paths: {} }, 'NOT_OPENAPI', /no operations/],
      [{ openapi: '4.0.0', paths: {} }, 'NOT_OPENAPI', /3\.0 and 3\.1 are read/],
      ['just words', 'NOT_OPENAPI', /no object/],
      [`openapi: 3.0.0\n${'# nothing\n'.repeat(1_300_000)}`, 'NO_DOCUMENT', /YAML of more than 12 MB; convert it/],
    ] as const) {
      await written(document);
      const failed = await tool('api_search', { query: 'x' });
      assert.equal(failed.error?.code, code);
      assert.match(failed.content, says);
    }
    await configure({ spec: path.join(rig.root, 'nothing.json') });
    assert.match((await tool('api_search', { query: 'x' })).content, /no such file/);
    await configure({ spec: `${shop.url}/nothing` });
    assert.match((await tool('api_search', { query: 'x' })).content, /answers with 404/);
    await configure({ url: 'x' }, { good: { spec: '/x' }, other: { spec: '/y' } });
    assert.match(
      (await tool('api_search', { query: 'x' })).content,
      /There are: good, other\.\n.*shop is not right: .*spec/,
    );
  });

  it('may have a document of 10 MB', async () => {
    const base = shopApi(`${shop.url}/v1`) as { components: { schemas: Record<string, unknown> } };
    for (let at = 0; at < 20_000; at++)
      base.components.schemas[`Filler${at}`] = {
        type: 'object',
        description: 'x'.repeat(480),
        properties: { next: { $ref: `#/components/schemas/Filler${at + 1}` } },
      };
    await written(base);
    assert.match((await tool('api_search', { query: 'cancel an order' })).content, /cancelOrder/);
    assert.match((await call('createOrder', {}, { body: { customerId: 5 } })).content, /customerId: .*string/);
  });

  it('that nobody configured are said to be missing', async () => {
    assert.match((await tool('api_search', { query: 'x' })).content, /None is configured/);
  });
});
