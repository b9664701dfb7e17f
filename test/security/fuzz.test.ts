import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decide } from '../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../src/core/security/policy.ts';
import { hasSandbox } from './confined-rig.ts';
import { fuzzCommands } from './fuzz/fuzz.ts';
import { generateUrl } from './fuzz/generate-url.ts';
import { seeded } from './fuzz/random.ts';
import { foulsOf } from './fuzz/run-commands.ts';

/** OPENMAGUS_FUZZ=100000 is the long run: a third of them addresses, the rest commands with paths. */
const count = Number(process.env['OPENMAGUS_FUZZ'] ?? 900);
const seed = Number(process.env['OPENMAGUS_SEED'] ?? 20_261);

describe('what was decided as reading only', () => {
  before(async function () {
    // What turned out to do more must not do it here.
    if (!(await hasSandbox())) this.skip();
  });

  it('does nothing else when it is run', async function () {
    this.timeout(60_000 + count * 200);
    const { generated, allowed, fouls } = await fuzzCommands(Math.ceil((count * 2) / 3), seed);
    console.log(`      ${generated} commands, ${allowed} that need no question, ${fouls.length} that did more`);
    assert.deepEqual(fouls, []);
    assert.ok(allowed > generated / 50, 'so few ran that this says nothing');
  });

  for (const [command, foul] of [
    ['touch made', /changed .*made/],
    ['chmod 600 a.txt', /changed .*a\.txt/],
    ['bin/evil', /changed .*marks/],
    ['cat up/outside/secret.txt', /outside/],
    ['git add .', /changed .*index/],
  ] as const) {
    it(`would be seen doing more: ${command}`, async () => {
      const base = await realpath(await mkdtemp(join(tmpdir(), 'fuzz-')));
      try {
        assert.match((await foulsOf(join(base, 'world'), [command])).join('\n'), foul);
      } finally {
        await rm(base, { recursive: true, force: true });
      }
    });
  }
});

describe('what was decided as an allowed host', () => {
  it('is the host that would be dialled', () => {
    const random = seeded(seed);
    const hosts = ['allowed.test', '*.below.test'];
    let allowed = 0;
    for (let made = 0; made < Math.ceil(count / 3); made++) {
      const url = generateUrl(random);
      const effect = { verb: 'connect', object: url, zone: 'outside' } as const;
      if (decide([effect], noTaint, { ...strictPolicy, trusted: true, hosts }).decision !== 'allow') continue;
      allowed += 1;
      const dialled = dialledHost(url);
      assert.ok(dialled === undefined || /^(?:allowed|.+\.below)\.test\.?$/.test(dialled), `${url} dials ${dialled}`);
    }
    assert.ok(allowed > 0);
  });
});

/** Whom Node would look up for this address; undefined: it would not start. */
function dialledHost(url: string): string | undefined {
  let host: string | undefined;
  try {
    const started = request(url, {
      agent: false,
      lookup: (name, _options, answer) => {
        host = name;
        answer(new Error('not dialled'), '', 4);
      },
    });
    started.on('error', () => undefined);
    host ??= started.getHeader('host')?.toString().replace(/:\d+$/, '');
    started.destroy();
  } catch {
    return undefined;
  }
  return host;
}
