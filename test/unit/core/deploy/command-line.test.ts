import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { commandLine } from '../../../../src/core/deploy/command-line.ts';

describe('a command line', () => {
  const odd = [
    'plain',
    'a b',
    "it's",
    '"$(rm -rf x)"',
    '`id`',
    '$HOME',
    'a;b|c&d>e',
    '*',
    '~',
    '',
    'ü\n-x',
    '\\',
    '!!',
    '{a,b}',
    '#c',
  ];

  it('hands every word to a POSIX shell as it is', function () {
    if (process.platform === 'win32') return this.skip();
    const print = ['printf', '%s\\0', ...odd];
    const said = execFileSync('/bin/sh', ['-c', commandLine(print, '/bin/sh on linux')], { encoding: 'utf8' });
    assert.deepEqual(said.split('\0').slice(0, -1), odd);
  });

  it('is refused where a Windows shell might read a word otherwise', () => {
    assert.equal(commandLine(['C:\\a b\\x.exe', 'y'], 'cmd.exe on win32'), '"C:\\a b\\x.exe" y');
    for (const word of ['a"b', '%PATH%', 'a&b', 'a^b', 'a|b', '$x', '`x`', 'a;b', 'a\nb'])
      assert.throws(() => commandLine(['x', word], 'cmd.exe on win32'), { code: 'UNQUOTABLE' }, word);
  });
});
