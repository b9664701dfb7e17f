import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { redact, redacted, secretsOfEnvironmentFile } from '../../../../src/core/security/redact.ts';
import { plantedSecrets } from '../../../support/planted-secrets.ts';

describe('redact', () => {
  for (const { name, secret, text } of plantedSecrets) {
    it(`takes out ${name}`, () => {
      const clean = redact(text);
      assert.ok(text.includes(secret));
      assert.ok(!clean.includes(secret), clean);
      assert.match(clean, /\[redacted\]/);
    });
  }

  it('takes out values that are known, whatever they look like', () => {
    assert.equal(redact('the word is opensesame!', ['opensesame', 'the']), 'the word is [redacted]!');
  });

  it('leaves alone what only speaks of secrets', () => {
    for (const text of [
      'const password = readPassword(prompt);',
      'interface Options { readonly token?: string; apiKey: string | undefined }',
      'token: $SECRET_TOKEN',
      'PASSWORD=$DB_PASSWORD',
      '"jsonwebtoken": "^9.0.2",',
      'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
      '"integrity": "sha512-Xb6BOv4bOFrFkQ0nKZDm2zQOV8T0Zl2RGPzCZ4sVTkKmfvJuxuyGYD3CdUmfcCbkzQqSQQsKZ0rx8hFuDuaXwA=="',
      'see https://example.org/a/b?c=d#e and src/adapters/sqlite/memory-store.ts:12',
      '550e8400-e29b-41d4-a716-446655440000',
      'AbstractSingletonProxyFactoryBeanConfigurationBuilder2',
    ])
      assert.equal(redact(text), text);
  });

  it('leaves the sources of this project as they are', () => {
    const sources = readdirSync('src', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(sources.length > 50);
    for (const entry of sources) {
      const text = readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8');
      assert.equal(redact(text), text, entry.name);
    }
  });

  it('reads the secret values of a .env file', () => {
    const text = 'PORT=8080\nexport API_KEY="abc def 1"\nDB_PASSWORD=pw-1234\nNAME=somebody\n# TOKEN=none';
    assert.deepEqual(secretsOfEnvironmentFile(text), ['abc def 1', 'pw-1234']);
  });

  it('reads values of a .env file that blanks or a carriage return follow', () => {
    const text =
      'API_KEY = abc def 1 \t\r\nTOKEN=\r\nDB_PASSWORD="pw-1234"\r\n\texport  PASSWORD=\' two words \'\n=x\nTOKEN';
    assert.deepEqual(secretsOfEnvironmentFile(text), ['abc def 1', 'pw-1234', ' two words ']);
  });

  it('takes a signed token out of a longer word, too', () => {
    const token = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0NTY3ODkwIn0'}.${'dozjgNryP4J3jVmNHl0w5N'}`;
    for (const head of ['', 'of-', '--of-a-', 'id=', 'Bearer: '])
      assert.equal(redact(`${head}${token} ends`), `${head}${redacted} ends`);
  });

  it('is done with words and lines that were made to take long', function () {
    this.timeout(60_000);
    const words = '-eyJaaaaaaaa'.repeat(80_000);
    assert.equal(redact(words), words);
    const line = `A_TOKEN=x${' '.repeat(1_000_000)}y`;
    assert.deepEqual(secretsOfEnvironmentFile(line), [line.slice('A_TOKEN='.length)]);
  });

  it('is done with a megabyte of one letter', () => {
    const text = 'a'.repeat(1_000_000);
    assert.equal(redact(text), text);
  });
});
