import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ports } from '../../../src/core/ports.ts';
import { blockfrostQuestions, githubQuestions, laterQuestions, realDocument } from '../../support/real-apis.ts';
import { type TaskRig, taskRig, yes } from '../task/task-rig.ts';
import { type Called, callTool } from './connector-rig.ts';

describe('public APIs by their own documents', function () {
  this.timeout(120_000);
  let rig: TaskRig;
  let ports: Ports;

  before(async () => {
    rig = await taskRig();
    ({ ports } = await rig.open({ people: yes }));
    await mkdir(rig.home, { recursive: true });
    const apis: Record<string, unknown> = {};
    for (const name of ['github.json', 'blockfrost.yaml'] as const) {
      const spec = path.join(rig.home, name);
      await writeFile(spec, await realDocument(name));
      apis[path.parse(name).name] = { spec, auth: { kind: 'bearer', secret: 'key' } };
    }
    await writeFile(path.join(rig.home, 'apis.json'), JSON.stringify(apis));
  });
  after(() => rig.remove());

  const tool = (name: string, input: object): Promise<Called> => callTool(ports, rig.root, [name, input]);
  const shown = (api: string, operation: string, given: object): Promise<Called> =>
    tool('api_call', { api, operation, ...given, dry_run: true });
  /** Of the questions, those whose operation is not among the first five. */
  const missed = async (api: string, questions: typeof githubQuestions): Promise<readonly string[]> => {
    const wrong: string[] = [];
    for (const [query, wanted] of questions) {
      const { content } = await tool('api_search', { api, query });
      const five = content.split('\n').slice(1, 6);
      if (!five.some((line) => line === wanted || line.startsWith(`${wanted}  `))) wrong.push(query);
    }
    return wrong;
  };

  it('are read beside everything else, 13 MB of JSON as well', async () => {
    let turns = 0;
    const others = setInterval(() => turns++, 1);
    const { content } = await tool('api_search', { api: 'github', query: '' });
    clearInterval(others);
    assert.match(content, /^GitHub's official OpenAPI spec.* \(github\): 1223 operations\n/);
    // Read in one go, it would leave them none.
    assert.ok(turns > 10, `${turns} turns`);
    assert.match((await tool('api_search', { api: 'blockfrost', query: '' })).content, /: 129 operations\n/);
  });

  it('have the right operation among the first five for most questions', async () => {
    const wrong = {
      github: await missed('github', githubQuestions),
      blockfrost: await missed('blockfrost', blockfrostQuestions),
      later: [
        ...(await missed('github', laterQuestions.github)),
        ...(await missed('blockfrost', laterQuestions.blockfrost)),
      ],
    };
    if (process.env['OPENMAGUS_FIGURES']) console.log(wrong);
    assert.ok(wrong.github.length <= 6, wrong.github.join('; '));
    assert.ok(wrong.blockfrost.length <= 3, wrong.blockfrost.join('; '));
    assert.ok(wrong.later.length <= 4, wrong.later.join('; '));
  });

  it('are described in brief', async () => {
    for (const [api, operation, says] of [
      [
        'github',
        'issues/create',
        /^issues\/create: POST https:\/\/api\.github\.com\/repos\/\{owner\}\/\{repo\}\/issues\n/,
      ],
      ['github', 'issues/create', /\nbody\* \(application\/json\): \{title\*: string \| integer, body: string, /],
      ['github', 'issues/list-for-repo', /\nquery state: "open"\|"closed"\|"all"[\s\S]*go on with page\./],
      ['github', 'pulls/merge', /merge_method: "merge"\|"squash"\|"rebase"/],
      ['blockfrost', 'POST /tx/submit', /\nbody\*? \(application\/cbor\): /],
      ['blockfrost', 'get /pools/{pool_id}/metadata', /^GET \/pools\/\{pool_id\}\/metadata: GET https:/],
    ] as const) {
      const { content } = await tool('api_describe', { api, operation });
      assert.match(content, says);
      assert.ok(content.length <= 12_001);
    }
  });

  it('get requests that fit them', async () => {
    const place = { owner: 'octocat', repo: 'hello world' };
    const issue = await shown('github', 'issues/create', {
      params: place,
      body: { title: 'A fault', labels: ['bug'] },
    });
    assert.equal(
      issue.content,
      [
        'POST https://api.github.com/repos/octocat/hello%20world/issues',
        'accept: application/json, */*;q=0.5',
        'content-type: application/json',
        'authorization: [the secret key]',
        '',
        '{"title":"A fault","labels":["bug"]}',
      ].join('\n'),
    );
    const list = await shown('github', 'issues/list-for-repo', { params: { ...place, state: 'all', per_page: 5 } });
    assert.match(list.content, /^GET \S+\/issues\?state=all&per_page=5\n/);
    const block = await shown('blockfrost', 'GET /blocks/{hash_or_number}', { params: { hash_or_number: '4873401' } });
    assert.match(block.content, /^GET https:\/\/\S+\/blocks\/4873401\n/);
    for (const [operation, given, says] of [
      ['issues/create', { params: place, body: {} }, /body: .*title/],
      ['issues/list-for-repo', { params: { ...place, state: 'shut' } }, /params\.state: /],
      ['pulls/merge', { params: { ...place, pull_number: 'first' } }, /params\.pull_number: /],
    ] as const) {
      const wrong = await shown('github', operation, given);
      assert.equal(wrong.error?.code, 'BAD_PARAMS');
      assert.match(wrong.content, says);
    }
  });
});
