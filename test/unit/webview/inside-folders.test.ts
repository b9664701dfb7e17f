import assert from 'node:assert/strict';
import { insideFolders } from '../../../src/webview/inside-folders.ts';

describe('insideFolders', () => {
  it('lets paths begin at the open folder', () => {
    assert.equal(insideFolders('It changes /home/me/shop/src/a.js.', ['/home/me/shop']), 'It changes src/a.js.');
    assert.equal(insideFolders('/home/me/shop$ npm test', ['/home/me/shop']), 'npm test');
    assert.equal(insideFolders('C:\\me\\shop\\src\\a.js', ['C:\\me\\shop']), 'src\\a.js');
  });

  it('leaves what lies outside as it is, also beside a folder of nearly the same name', () => {
    for (const path of ['/home/me/other/a.js', '/home/me/shopping/a.js', '/etc/passwd'])
      assert.equal(insideFolders(path, ['/home/me/shop']), path);
  });

  it('names the folder where several are open, the inner one of two', () => {
    const roots = ['/work/shop', '/work/shop/till'];
    assert.equal(insideFolders('/work/shop/a.js and /work/shop/till/b.js', roots), 'shop/a.js and till/b.js');
    assert.equal(insideFolders('/work/shop/till$ npm test', roots), 'till$ npm test');
  });
});
