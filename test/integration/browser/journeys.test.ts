import assert from 'node:assert/strict';
import { type BrowserRig, browserRig } from './browser-rig.ts';
import { shopPages } from './shop-pages.ts';
import { type Site, startSite } from './site.ts';

describe('journeys in the browser', function () {
  this.timeout(60_000);
  let rig: BrowserRig;
  let shop: Site;
  const open = (path: string): Promise<string> => rig.do('browser_open', { url: shop.url + path });
  const shows = async (expected: RegExp): Promise<void> => assert.match(await rig.do('browser_snapshot'), expected);
  before(async () => {
    shop = await startSite(shopPages);
    rig = await browserRig({ allowedHosts: ['127.0.0.1'] });
  });
  after(async () => {
    await rig.remove();
    await shop.close();
  });

  it('signs in', async () => {
    await open('/login');
    await rig.act('type', 'textbox "User"', { value: 'ann' });
    const typed = await rig.act('type', 'textbox "Password"', { value: 'tea-and-biscuits' });
    assert.doesNotMatch(typed, /biscuits/);
    assert.match(await rig.act('click', 'button "Sign in"'), /heading1 "Hello ann"/);
  });
  it('fills in a form of every kind of field', async () => {
    await open('/checkout');
    await rig.act('click', 'radio "Van"');
    await rig.act('click', 'checkbox "Gift"');
    await rig.act('select', 'combobox "Country"', { value: 'Sweden' });
    await rig.act('type', 'textbox "Note"', { value: 'Ring twice' });
    assert.match(await rig.act('click', 'button "Order"'), /Got way=van, gift=on, country=se, note=Ring\+twice/);
  });
  it('looks at a part of the page, and keeps the whole of it', async () => {
    await open('/checkout');
    const part = await rig.do('browser_snapshot', { scope: await rig.ref('group "Delivery"') });
    assert.match(part, /radio "Post".*\n *radio "Van"/);
    assert.doesNotMatch(part, /Country/);
    const since = /snapshot (s\d+)/.exec(part)?.[1];
    assert.match(await rig.do('browser_snapshot', { since }), /Nothing has changed\./);
    const { ok, content } = await rig.call('browser_snapshot', { scope: 'e9999' });
    assert.ok(!ok);
    assert.match(content, /no e9999 on the page now/);
  });
  it('searches with the Enter key', async () => {
    await open('/search-form');
    await rig
      .act('type', 'searchbox "Search"', { value: 'tea' })
      .catch(() => rig.act('type', 'textbox "Search"', { value: 'tea' }));
    const { content, asked } = await rig.call('browser_act', {
      action: 'press',
      ref: await rig.ref('textbox "Search"'),
      value: 'Enter',
    });
    assert.match(content, /Results for tea/);
    assert.ok(asked, 'sending a form is asked for, also where the host is listed');
  });
  it('uploads a file of the workspace', async () => {
    await rig.task.write({ 'cat.png': 'not really' });
    await open('/upload');
    await rig.act('upload', 'button "Picture"', { files: ['cat.png'] });
    assert.match(await rig.act('click', 'button "Send"'), /Got cat\.png/);
  });
  it('finds a row of a table of 120 rows, and what is in it', async () => {
    await open('/people');
    const whole = await rig.do('browser_snapshot');
    assert.ok(whole.length <= 12_000, `${whole.length} characters`);
    assert.doesNotMatch(whole, /more lines/);
    const refs = new Set(whole.match(/\b(?:f\d+)?e\d+\b/g));
    assert.ok(refs.size >= 120 * 4, `${refs.size} refs for 480 controls`);
    const row = await rig.do('browser_snapshot', { query: '| Person 77 |' });
    const [, edit = '', details = ''] = /person77@example\.com \| active \| (\S+) \S+ (\S+)/.exec(row) ?? [];
    assert.match(await rig.do('browser_act', { action: 'click', ref: edit }), /\+ "edit 77"/);
    assert.match(await rig.do('browser_act', { action: 'click', ref: details }), /heading1 "Person 77"/);
  });
  it('ticks boxes in a table and sees only what changed', async () => {
    await open('/people');
    const row = await rig.do('browser_snapshot', { query: '| Person 5 |' });
    const box = /(\S+) \| 5 \|/.exec(row)?.[1];
    const told = await rig.do('browser_act', { action: 'click', ref: box });
    assert.match(told, /\+ .*checked \| 5 \| Person 5/);
    assert.ok(told.length < 800, told);
  });
  it('works in a frame in a frame', async () => {
    await open('/frames');
    assert.match(await rig.act('click', 'button "Press"'), /button "Pressed"/);
  });
  it('works in a shadow root', async () => {
    await open('/shadow');
    await rig.act('type', 'textbox "Amount"', { value: '21' });
    assert.match(await rig.act('click', 'button "Double"'), /It is 42/);
  });
  it('answers a question of the page as it was told to', async () => {
    await open('/dialogs');
    assert.match(await rig.act('click', 'button "Ask"'), /confirm dialog "Really\?": declined[\s\S]*\+ "no"/);
    assert.match(await rig.act('click', 'button "Ask"', { dialog: 'accept' }), /accepted[\s\S]*\+ "yes"/);
  });
  it('gives a dialog the text it asks for', async () => {
    await open('/dialogs');
    assert.match(await rig.act('click', 'button "Name"', { dialog_text: 'Ann' }), /\+ "name: Ann"/);
  });
  it('walks through a page that builds itself', async () => {
    await open('/spa');
    assert.match(await rig.act('click', 'link "Items"'), /button "Add Tea"/);
    await rig.do('browser_wait', { for: 'url', value: '/items' });
    assert.match(await rig.act('click', 'button "Add Coffee"'), /\+ "1 in the cart"/);
  });
  it('follows a link into a new tab and comes back', async () => {
    await open('/tabs');
    assert.match(await rig.act('click', 'link "Account"'), /tab 2 of 2/);
    await shows(/Hello ann/);
    assert.match(await rig.do('browser_snapshot', { tab: 1 }), /link "Account"/);
    await rig.do('browser_snapshot', { tab: 2 });
  });
  it('keeps a download in the workspace', async () => {
    await open('/downloads');
    await rig.act('click', 'link "Report"');
    await rig.do('browser_wait', { for: 'download', value: 'report', save_as: 'got/report.csv' });
    assert.equal(await rig.task.text('got/report.csv'), 'a,b\n1,2\n');
  });
  it('chooses with the keyboard', async () => {
    await open('/keys');
    const ref = await rig.ref('combobox "Find"');
    await rig.do('browser_act', { action: 'press', ref, value: 'ArrowDown' });
    const told = await rig.do('browser_act', { action: 'press', value: 'ArrowDown' });
    assert.match(told, /option "Pear" selected/);
    assert.match(await rig.do('browser_act', { action: 'press', value: 'Enter' }), /Chose Pear/);
  });
  it('waits for what comes late', async () => {
    await open('/late');
    await rig.act('click', 'button "Start"');
    assert.match(await rig.do('browser_wait', { for: 'text', value: 'Ready: late' }), /There it is/);
    assert.match(await rig.do('browser_wait', { for: 'gone', value: 'Working' }), /gone/);
  });
  it('opens a menu', async () => {
    await open('/menu');
    await rig.act('click', 'button "More"');
    assert.match(await rig.act('click', 'menuitem "Archive"'), /\+ "Archived"/);
  });
  it('answers a dialog that the page draws itself', async () => {
    await open('/modal');
    assert.match(await rig.act('click', 'button "Delete"'), /dialog "Are you sure\?"/);
    assert.match(await rig.act('click', 'button "Yes"'), /\+ "Deleted"/);
  });
  it('writes into an editor', async () => {
    await open('/editor');
    assert.match(await rig.act('type', 'textbox "Text"', { value: 'Some words' }), /10 characters/);
  });
  it('unfolds an answer', async () => {
    await open('/details');
    const page = await rig.do('browser_snapshot');
    const ref = /"?Why\?"?.*?\b(e\d+|f\d+e\d+)/.exec(page)?.[1] ?? (await rig.ref('group'));
    assert.match(await rig.do('browser_act', { action: 'click', ref }), /Because of tea/);
  });
  it('moves a slider by keys', async () => {
    await open('/slider');
    assert.match(await rig.act('press', 'slider "Volume"', { value: 'ArrowRight' }), /\+ "At 6"/);
  });
  it('writes all of it down as a Playwright test', async () => {
    await rig.do('browser_logs', { kind: 'test', save_as: 'tests/shop.spec.ts' });
    const text = await rig.task.text('tests/shop.spec.ts');
    assert.match(text, /await page\.getByRole\('button', \{ name: 'Sign in' \}\)\.click\(\);/);
    assert.match(text, /fill\(process\.env\['TEST_PASSWORD'\]/);
    assert.doesNotMatch(text, /biscuits/);
  });
  it('shows a picture, what the console said and what was loaded', async () => {
    await open('/slider');
    const { images = [] } = await rig.call('browser_screenshot');
    assert.match(images[0] ?? '', /^data:image\/png;base64,/);
    assert.match(await rig.do('browser_logs', { kind: 'network', query: '/api/items' }), /GET 200 fetch/);
    assert.match(await rig.do('browser_logs', { kind: 'console' }), /log "volume ready"/);
  });
});
