import assert from 'node:assert/strict';
import {
  foldCase,
  fromFolder,
  oddPath,
  pathBelow,
  shownIn,
  upwards,
} from '../../../../src/core/security/canonical-path.ts';
import { protectedName } from '../../../../src/core/security/protected-paths.ts';

describe('paths as they were written', () => {
  for (const path of [
    'src/a.ts',
    'C:\\work\\a.ts',
    'c:/work/a.ts',
    '..\\x',
    'a.b.c',
    'console.log',
    'nullable.ts',
    'lpt/x',
  ]) {
    it(`takes ${path} for what it shows on Windows`, () => assert.equal(oddPath(path, 'win32'), undefined));
  }
  for (const path of [
    '\\\\server\\share\\a',
    '//server/share/a',
    '\\\\?\\C:\\a',
    '\\\\.\\pipe\\a',
    'C:a.ts',
    'c:..\\x',
    'src/a.ts:hidden',
    'src/a.ts::$DATA',
    '.git::$INDEX_ALLOCATION/config',
    'NUL',
    'src\\con',
    'a/aux.txt',
    'COM1',
    'com¹.log',
    'CONIN$',
    'nul .txt',
    'GIT~1/config',
    '.git./config',
    '.git /config',
    'a/b...',
    'a?b',
    'a|b',
  ]) {
    it(`finds ${path} odd on Windows`, () => assert.notEqual(oddPath(path, 'win32'), undefined));
  }
  it('finds a NUL, nothing and too much odd everywhere', () => {
    for (const platform of ['posix', 'darwin', 'win32'] as const) {
      for (const path of ['a\0b', '', 'a'.repeat(5000)]) assert.notEqual(oddPath(path, platform), undefined);
    }
  });
  it('finds what macOS ignores in names odd there', () => {
    assert.notEqual(oddPath('.g\u200cit/config', 'darwin'), undefined);
    assert.equal(oddPath('C:a:b~1', 'posix'), undefined);
  });
});

describe('a path in a workspace', () => {
  it('is shown whole below its folder, be that the root of the file system', () => {
    assert.equal(shownIn('/w/a/b', ['/x', '/w']), 'a/b');
    assert.equal(shownIn('/w', ['/w']), '');
    assert.equal(shownIn('/.git/hooks/x', ['/']), '.git/hooks/x');
    assert.equal(shownIn('D:/.env', ['D:/']), '.env');
    assert.equal(shownIn('/wide/a', ['/w']), undefined);
  });
  it('is followed by its names alone', () => {
    assert.equal(fromFolder('/w/./a//b/../c'), '/w/a/c');
    assert.equal(fromFolder('/w/a', '../../../x'), '/x');
    assert.equal(fromFolder('/w', '/v/x'), '/v/x');
    assert.equal(fromFolder('/w/a\\b', 'c'), '/w/a\\b/c');
    assert.equal(fromFolder('C:\\w\\a', '..\\b'), 'C:/w/b');
  });
  it('lies in each folder above it', () => {
    assert.deepEqual([...upwards('/w/a')], ['/w/a', '/w', '']);
    assert.deepEqual([...upwards('/')], ['']);
    assert.deepEqual([...upwards('C:/w')], ['C:/w', 'C:', '']);
  });
});

describe('pathBelow', () => {
  const table: readonly (readonly [string, string, 'posix' | 'darwin' | 'win32', string | undefined])[] = [
    ['/work/app/src/a', '/work/app', 'posix', 'src/a'],
    ['/work/app', '/work/app', 'posix', ''],
    ['/work/apple', '/work/app', 'posix', undefined],
    ['/Work/App/a', '/work/app', 'posix', undefined],
    ['/Work/App/A', '/work/app', 'darwin', 'A'],
    ['/work/stra\u00dfe/a', '/work/STRASSE', 'darwin', 'a'],
    ['/work/cafe\u0301/a', '/work/caf\u00e9', 'darwin', 'a'],
    ['C:\\Work\\App\\src\\a.ts', 'c:\\work\\app', 'win32', 'src/a.ts'],
    ['\\\\?\\C:\\work\\a', 'C:\\work', 'win32', 'a'],
    ['D:\\work\\a', 'C:\\work', 'win32', undefined],
    ['C:\\workshop\\a', 'C:\\work', 'win32', undefined],
    ['/a', '/', 'posix', 'a'],
  ];
  for (const [path, folder, platform, expected] of table) {
    it(`of ${path} in ${folder} on ${platform} is ${expected}`, () =>
      assert.equal(pathBelow(path, folder, platform), expected));
  }
  it('folds letters that only look different to a person', () => {
    assert.equal(foldCase('.V\u017fCODE'), foldCase('.vscode'));
    assert.notEqual(protectedName('.v\u017fcode/settings.json'), undefined);
    assert.notEqual(protectedName('.g\u200cit/config'), undefined);
  });
});
