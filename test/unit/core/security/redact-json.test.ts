import assert from 'node:assert/strict';
import { redactJson } from '../../../../src/core/security/redact-json.ts';
import { plantedSecrets } from '../../../support/planted-secrets.ts';

describe('redactJson', () => {
  for (const { name, secret, text } of plantedSecrets)
    it(`takes out ${name} and leaves JSON`, () => {
      const clean = redactJson(JSON.stringify({ command: ['run', { input: text }] }), []);
      assert.ok(!clean.includes(JSON.stringify(secret).slice(1, -1)), clean);
      assert.equal(typeof JSON.parse(clean).command[1].input, 'string');
    });

  it('knows a secret by the name it stands under, and a known value anywhere', () => {
    assert.deepEqual(JSON.parse(redactJson('{"auth":{"password":"hunter-22!"},"path":"a"}', [])), {
      auth: { password: '[redacted]' },
      path: 'a',
    });
    assert.equal(redactJson('{"a":"x opensesame y"}', ['opensesame']), '{"a":"x [redacted] y"}');
  });

  it('leaves every byte where there is nothing secret', () => {
    const text = '{ "path" : "src/a.ts",\n "token_limit": 5, "edits":[{"old_text":"\\u00e9"}] }';
    assert.equal(redactJson(text, []), text);
    assert.equal(redactJson('no { json', []), 'no { json');
  });
});
