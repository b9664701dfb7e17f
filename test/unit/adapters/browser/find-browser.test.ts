import assert from 'node:assert/strict';
import { findBrowser } from '../../../../src/adapters/browser/find-browser.ts';

describe('the browser of this machine', () => {
  it('is the one that the user named, and no other', () => {
    assert.equal(
      findBrowser('/opt/my/chrome', 'linux', (file) => file === '/opt/my/chrome'),
      '/opt/my/chrome',
    );
    assert.throws(() => findBrowser('/opt/my/chrome', 'linux', (file) => file === '/usr/bin/chromium'), {
      code: 'NO_BROWSER',
    });
    assert.throws(() => findBrowser('chrome', 'linux', () => true), { code: 'NO_BROWSER' });
  });
  it('is found where such programs usually are', () => {
    const mac = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
    for (const [platform, file] of [
      ['linux', '/usr/bin/chromium'],
      ['darwin', mac],
    ] as const)
      assert.equal(
        findBrowser(undefined, platform, (asked) => asked === file),
        file,
      );
  });
  it('is missing with words on how to get one', () => {
    assert.throws(
      () => findBrowser(undefined, 'linux', () => false),
      /apt-get install chromium.*openmagus\.browser\.path/,
    );
  });
});
