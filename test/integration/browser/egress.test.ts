import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';
import type { Effect } from '../../../src/protocol/effects.ts';
import { type BrowserRig, browserRig } from './browser-rig.ts';
import { page, type Site, startSite } from './site.ts';

const no = { people: { approve: async () => false } };

describe('what leaves the browser', function () {
  this.timeout(60_000);
  let rig: BrowserRig;
  let canary: Site;
  let site: Site;
  let udp: ReturnType<typeof createSocket>;
  let packets = 0;
  before(async () => {
    canary = await startSite(() => 'reached');
    udp = createSocket('udp4');
    udp.on('message', () => {
      packets += 1;
    });
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
    site = await startSite((request, _body, response) =>
      pages(request.url ?? '', { canary: canary.url, udp: udp.address().port, response }),
    );
    rig = await browserRig();
  });
  after(async () => {
    await rig.remove();
    await Promise.all([site.close(), canary.close()]);
    udp.close();
  });

  it('asks before a page of this machine is opened, and starts nothing where that is refused', async () => {
    const { ok, asked } = await rig.call('browser_open', { url: site.url }, no);
    assert.deepEqual([ok, asked, site.connections()], [false, true, 0]);
    assert.deepEqual(await readdir(path.join(rig.task.home, 'browser')).catch(() => []), []);
  });
  it('lets no picture, script, fetch, beacon, socket, worker, frame, prefetch, redirect or call leave for another host', async () => {
    const opened = await rig.do('browser_open', { url: `${site.url}/everything` });
    assert.match(opened, /not loaded, for these hosts are not allowed/);
    const told = await rig.do('browser_wait', { for: 'text', value: 'all tried' });
    assert.match(told, /all tried/);
    await rig.call('browser_act', { action: 'click', ref: await rig.ref('button "Away"') });
    await rig.call('browser_open', { url: `${site.url}/redirect` });
    assert.deepEqual([canary.connections(), packets], [0, 0]);
  });
  it('asks before a link to another host is followed', async () => {
    await rig.do('browser_open', { url: `${site.url}/link` });
    const ref = await rig.ref('link "Canary"');
    const refused = await rig.call('browser_act', { action: 'click', ref }, no);
    assert.deepEqual([refused.ok, canary.connections()], [false, 0]);
  });
  it('asks before what is typed is told to a host that is not listed, and shows it', async () => {
    await rig.do('browser_open', { url: `${site.url}/form` });
    const ref = await rig.ref('textbox "Note"');
    const { ok, asked, effects } = await rig.call('browser_act', { action: 'type', ref, value: 'our source' }, no);
    assert.deepEqual([ok, asked], [false, true]);
    assert.ok(effects.some(({ object }) => object.endsWith('typing "our source"')));
  });
  it('sends no form that nobody was asked about, whoever sends it', async () => {
    await rig.do('browser_open', { url: `${site.url}/form` });
    const before = site.requests.length;
    const refused = await rig.call('browser_act', { action: 'click', ref: await rig.ref('button "Send"') }, no);
    assert.equal(refused.ok, false);
    const held = await rig.do('browser_act', { action: 'click', ref: await rig.ref('button "Sly"') });
    assert.match(held, /a form was held back \(POST/);
    assert.deepEqual(
      site.requests.slice(before).filter((line) => line.startsWith('POST')),
      [],
    );
    const sly = { action: 'click', ref: await rig.ref('button "Sly"'), submit: true };
    assert.equal((await rig.call('browser_act', sly, no)).ok, false);
    assert.match(await rig.do('browser_act', sly), /Thank you/);
  });
  it('does nothing where the page has changed what was decided on', async () => {
    await rig.do('browser_open', { url: `${site.url}/form` });
    const ref = await rig.ref('button "Send"');
    const decided = await rig.ports.browser.target('task', { action: 'click', ref }, new AbortController().signal);
    assert.equal(decided.form?.fields, 'note=');
    await rig.act('type', 'textbox "Note"', { value: 'changed' });
    const object = `an act decided on ${decided.digest}`;
    const effects: Effect[] = [
      { verb: 'control', object, zone: 'own' },
      { verb: 'connect', object: `${site.url}/in`, zone: 'outside', protects: 'a form' },
    ];
    const call = { taskId: 'task', authorized: sealAuthorized(effects, 'hash') };
    const act = { do: 'act', action: 'click', ref, expects: decided.digest, sends: true } as const;
    const before = site.requests.length;
    await assert.rejects(rig.ports.browser.perform(call, act, new AbortController().signal), { code: 'CHANGED' });
    assert.equal(site.requests.length, before);
  });
  it('marks what pages say as text from outside', async () => {
    const { effects } = await rig.call('browser_snapshot');
    assert.ok(effects.some(({ fromOutside }) => fromOutside));
  });
});

interface Places {
  readonly canary: string;
  readonly udp: number;
  readonly response: ServerResponse;
}

function pages(url: string, { canary, udp, response }: Places): string | undefined {
  const bare = canary.replace('http:', '');
  switch (url) {
    case '/redirect':
      response.writeHead(302, { location: canary });
      response.end();
      return undefined;
    case '/link':
      return page('Link', `<a href="${canary}/link">Canary</a>`);
    case '/form':
      return page(
        'Form',
        `<form method=post action=/in id=form><label>Note <input name=note></label><button>Send</button></form><button onclick="document.forms[0].submit()">Sly</button>`,
      );
    case '/in':
      return page('Thanks', '<p>Thank you</p>');
    case '/worker.js':
      response.setHeader('content-type', 'text/javascript');
      return `fetch('${canary}/worker', { mode: 'no-cors' }).catch(() => {}).finally(() => postMessage('tried'));`;
    case '/everything':
      return page(
        'Everything',
        `<link rel=dns-prefetch href="${bare}"><link rel=preconnect href="${canary}"><link rel=prefetch href="${canary}/prefetch">
         <link rel=stylesheet href="${canary}/style.css"><img src="${canary}/image"><iframe src="${canary}/frame"></iframe><video src="${canary}/video"></video>
         <script src="${canary}/script.js"></script><button onclick="location='${canary}/away'">Away</button><p id=said></p><script>
         const done = (promise) => Promise.race([promise, new Promise((end) => setTimeout(end, 2000))]).catch(() => {});
         const tries = [
           fetch('${canary}/fetch', { mode: 'no-cors' }),
           new Promise((end) => { const socket = new WebSocket('ws:${bare}/socket'); socket.onerror = socket.onopen = end; }),
           new Promise((end) => { const source = new EventSource('${canary}/events'); source.onerror = () => { source.close(); end(); }; }),
           new Promise((end) => { const worker = new Worker('/worker.js'); worker.onmessage = worker.onerror = end; }),
           navigator.serviceWorker.register('/worker.js').catch(() => {}),
           new Promise((end) => { const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${udp}' }] });
             peer.createDataChannel('x'); peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && end();
             peer.createOffer().then((offer) => peer.setLocalDescription(offer)); }),
         ];
         navigator.sendBeacon('${canary}/beacon', 'x');
         window.open('${canary}/popup');
         Promise.all(tries.map(done)).then(() => { said.textContent = 'all tried'; });</script>`,
      );
    default:
      return page('Site', '<p>Here</p>');
  }
}
