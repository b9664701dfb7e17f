import assert from 'node:assert/strict';
import { insideFolders, shownObject } from '../../../src/webview/inside-folders.ts';

describe('insideFolders', () => {
  it('lets paths begin at the open folder', () => {
    assert.equal(insideFolders('It changes /home/me/shop/src/a.js.', ['/home/me/shop']), 'It changes src/a.js.');
    assert.equal(insideFolders('C:\\me\\shop\\src\\a.js', ['C:\\me\\shop']), 'src\\a.js');
  });

  it('leaves what lies outside as it is, also beside a folder of nearly the same name', () => {
    for (const path of [
      '/home/me/other/a.js',
      '/home/me/shopping/a.js',
      '/etc/passwd',
      '/mnt/home/me/shop/a.js',
      'host:/home/me/shop/a.js',
      'all of /home/me/shop/ and more',
    ])
      assert.equal(insideFolders(path, ['/home/me/shop']), path);
  });

  it('names the folder where several are open, the inner one of two', () => {
    const roots = ['/work/shop', '/work/shop/till'];
    assert.equal(insideFolders('/work/shop/a.js and /work/shop/till/b.js', roots), 'shop/a.js and till/b.js');
  });
});

describe('shownObject', () => {
  const root = '/home/me/shop';
  const run = (object: string, roots = [root]) => shownObject({ verb: 'run', object }, roots);

  it('shows a command as it runs, without the folder in front of it', () => {
    const command = 'rm -rf /home/me/shop/ /mnt/home/me/shop/db; cd /home/me/shop$ && ls /home/me/shop/src';
    assert.equal(run(`${root}$ ${command}`), command);
    assert.equal(run(`${root}/till$ ${command}`), `${root}/till$ ${command}`);
    assert.equal(run(`mcp files move@12 {"to":"${root}/a"}`), `mcp files move@12 {"to":"${root}/a"}`);
  });

  it('names the folder of a command where several are open', () => {
    const roots = ['/work/shop', '/work/shop/till'];
    assert.equal(run('/work/shop/till$ cat /work/shop/a', roots), 'till$ cat /work/shop/a');
    assert.equal(run('/work/shop$ npm test', roots), 'shop$ npm test');
  });

  it('lets only the path itself begin at the folder', () => {
    const shown = (verb: 'write' | 'connect', object: string) => shownObject({ verb, object }, [root]);
    assert.equal(shown('write', `${root}/mnt${root}/a.js`), `mnt${root}/a.js`);
    assert.equal(shown('write', `/mnt${root}/a.js`), `/mnt${root}/a.js`);
    assert.equal(shown('connect', `https://example.com/?at=${root}/a.js`), `https://example.com/?at=${root}/a.js`);
  });
});
