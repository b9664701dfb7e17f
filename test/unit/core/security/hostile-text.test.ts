import assert from 'node:assert/strict';
import { nameParts, tellingWords } from '../../../../src/core/memory/words.ts';
import { protectedName } from '../../../../src/core/security/protected-paths.ts';
import { redactJson } from '../../../../src/core/security/redact-json.ts';
import { expandPattern } from '../../../../src/core/security/shell/expand-pattern.ts';
import { judgeWindowsCommand } from '../../../../src/core/security/shell/windows-command.ts';
import { writeDanger } from '../../../../src/core/security/write-danger.ts';

/** Each of these took minutes, or for ever, where a pattern looked at the same characters again and again. */
describe('text that was made to take long', function () {
  this.timeout(60_000);
  const size = 1_000_000;

  it('is a pattern of many stars', async () => {
    const names = ['a'.repeat(255), 'xaYbZ', '.aab', 'a.b', 'ab\u{1f600}c', 'lib'];
    const files = { entries: async () => names.map((name) => ({ name, kind: 'file' })) };
    const fitting = async (pattern: string): Promise<readonly string[] | string> => {
      const found = await expandPattern(files as never, '', pattern);
      return typeof found === 'string' ? found : found.map((path) => path.slice(1));
    };
    assert.deepEqual(await fitting(`${'*a'.repeat(500)}*b`), [`${'*a'.repeat(500)}*b`]);
    assert.deepEqual(await fitting(`${'*a'.repeat(255)}*`), [names[0]]);
    assert.match(String(await fitting('*[a]*[a]*[a]*[a]*b')), /too rich/);
    assert.deepEqual(await fitting('*[b]c*[x]'), ['*[b]c*[x]']);
    assert.deepEqual(await fitting('*A?b*'), ['xaYbZ', 'a.b']);
    assert.deepEqual(await fitting('a*.*b'), ['a.b']);
    assert.deepEqual(await fitting('*b'), ['a.b', 'lib']);
    assert.deepEqual(await fitting('ab?c*'), ['ab\u{1f600}c']);
    assert.deepEqual(await fitting('*l**b'), ['lib']);
  });

  it('is a name that many values stand under', () => {
    const text = JSON.stringify({
      [`${'x '.repeat(50_000)}password`]: [...Array(20_000).fill('word'), 'hunter2-abc9'],
    });
    const clean = redactJson(text, []);
    assert.equal(clean, text.replace('hunter2-abc9', '[redacted]'));
  });

  it('is a word of marks or of one kind of letter', () => {
    const words = Array.from({ length: 30 }, () => '\u0301'.repeat(20_000)).map(tellingWords);
    assert.deepEqual([...new Set(words.flat())], []);
    for (let count = 0; count < 100; count += 1) assert.equal(nameParts('A'.repeat(20_000)), '');
    assert.equal(nameParts('parseUserName src/user_store.ts plain'), 'parse User Name user store');
    assert.deepEqual(tellingWords('__ na\u0301me_1 ___x'), ['na\u0301me_1', '___x']);
  });

  it('is a path of dots, blanks or colons', () => {
    assert.equal(protectedName(`${'. '.repeat(size)}x`), undefined);
    assert.equal(protectedName(`a${':'.repeat(size)}\nx`), undefined);
    assert.ok(protectedName('.git. . /config'));
    assert.ok(protectedName('.vscode::$data'));
  });

  it('is a pattern that is written to', () => {
    const danger = (text: string): string | undefined =>
      writeDanger({ text, known: true, glob: true }, { roots: ['/w'], folders: ['/w'] });
    assert.equal(danger('*'.repeat(size)), undefined);
    assert.equal(danger(`${'lock'.repeat(size / 4)}{`), undefined);
    for (const text of ['.*', 'a/.e*', '*lock', 'a/?env', '[a]rc', 'package-lock*', 'lock.?', '{a,b}.lock'])
      assert.match(danger(text) ?? '', /pattern/, text);
    for (const text of ['*.ts', 'a/*', 'lock/*', 'env*']) assert.equal(danger(text), undefined, text);
  });

  it('is a command of blanks for PowerShell', () => {
    const place = { cwd: '/w', roots: ['/w'] };
    const long = judgeWindowsCommand(`pwsh x${' '.repeat(size)}'y`, 'powershell', place);
    assert.equal(long.reading.acts, 'it is not in plain words');
    const short = judgeWindowsCommand('powershell -NoProfile -Command  "Get-Content a.txt"  ', 'powershell', place);
    assert.equal(short.reading.acts, undefined);
  });
});
