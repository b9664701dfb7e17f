import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { type BrowserRig, browserRig } from './browser-rig.ts';
import { page, type Site, startSite } from './site.ts';

const no = { people: { approve: async () => false } };
const secret = 'what nobody should hear';

describe('a page that a model obeys', function () {
  this.timeout(60_000);
  let rig: BrowserRig;
  let site: Site;
  before(async () => {
    site = await startSite((request) => pages(request.url ?? ''));
    rig = await browserRig();
  });
  after(async () => {
    await rig.remove();
    await site.close();
  });

  for (const place of ['srcdoc', 'sandboxed', 'blob'])
    it(`is told nothing that nobody was asked about, in a document without an address of its own (${place})`, async () => {
      await rig.do('browser_open', { url: `${site.url}/${place}` });
      await rig.do('browser_wait', { for: 'text', value: 'Inner' });
      const act = { action: 'type', ref: await rig.ref('textbox "Inner"'), value: secret };
      const { ok, asked, effects } = await rig.call('browser_act', act, no);
      assert.deepEqual([ok, asked], [false, true]);
      assert.ok(effects.some(({ object }) => object.includes(secret)));
    });

  it('is told nothing key by key, from the clipboard or in the answer to a dialog', async () => {
    await rig.do('browser_open', { url: `${site.url}/keys` });
    const ref = await rig.ref('textbox "Note"');
    for (const value of ['a', 'KeyA', 'Shift+KeyA', 'Digit1', 'ä', 'Control+v', 'ControlOrMeta+V', 'Shift+Insert']) {
      const { ok, asked } = await rig.call('browser_act', { action: 'press', ref, value }, no);
      assert.deepEqual([ok, asked], [false, true], value);
    }
    for (const value of ['Tab', 'ArrowDown', 'Control+a', 'Escape', 'Backspace'])
      assert.equal((await rig.call('browser_act', { action: 'press', ref, value }, no)).ok, true, value);
    const click = { action: 'click', ref: await rig.ref('button "Ask"'), dialog_text: secret };
    const { ok, effects } = await rig.call('browser_act', click, no);
    assert.equal(ok, false);
    assert.ok(effects.some(({ object }) => object.includes(secret)));
  });

  it("does not get another program's server where the task's own one has ended", async () => {
    const { task } = rig;
    await task.write({ 'server.mjs': ownServer });
    const started = await rig.call('run_command', { command: 'node server.mjs', background: true });
    assert.equal(started.ok, true, started.content);
    let port = '';
    for (const until = Date.now() + 20_000; port === '' && Date.now() < until; )
      port = await readFile(path.join(task.root, 'port'), 'utf8').catch(() => '');
    const url = `http://127.0.0.1:${port}/`;
    const own = await rig.call('browser_open', { url }, no);
    assert.deepEqual([own.ok, own.asked], [true, false], own.content);
    process.kill(Number(await readFile(path.join(task.root, 'pid'), 'utf8')), 'SIGKILL');
    const other = http.createServer((_request, answer) => answer.end('another program'));
    await listening(other, Number(port));
    try {
      const again = await rig.call('browser_open', { url }, no);
      assert.deepEqual([again.ok, again.asked], [false, true], again.content);
    } finally {
      other.closeAllConnections();
      other.close();
    }
  });
});

/** The port is free once the process that held it is gone. */
async function listening(server: http.Server, port: number): Promise<void> {
  for (;;) {
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen(port, '127.0.0.1', () => resolve(false));
    });
    if (!taken) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ownServer = `import http from 'node:http';
import { writeFileSync } from 'node:fs';
const server = http.createServer((_, answer) => answer.end('<p>own server</p>'));
writeFileSync('pid', String(process.pid));
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));`;

const inner = '<label>Inner <input></label>';

function pages(url: string): string | undefined {
  switch (url) {
    case '/srcdoc':
      return page('Frame', `<iframe srcdoc="${inner}"></iframe>`);
    case '/sandboxed':
      return page('Frame', `<iframe sandbox="allow-scripts" srcdoc="${inner}"></iframe>`);
    case '/blob':
      return page(
        'Blob',
        `<iframe id=frame></iframe><script>frame.src = URL.createObjectURL(new Blob(['${inner}'], { type: 'text/html' }))</script>`,
      );
    case '/keys':
      return page('Keys', `<label>Note <input></label><button onclick="prompt('Well?')">Ask</button>`);
    default:
      return undefined;
  }
}
