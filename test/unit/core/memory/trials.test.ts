import assert from 'node:assert/strict';
import { normaliseCommand } from '../../../../src/core/memory/trials.ts';

describe('a command as it is looked up', () => {
  it('is the same whatever it is used on', () => {
    assert.equal(normaliseCommand('git commit -m "Mend \\"it\\"" && cat src/a.ts 12'), 'git commit -m "…" && cat … #');
    assert.equal(normaliseCommand("echo 'it''s'"), 'echo "…""…"');
  });
  it('is read in linear time, also where a quote never ends', () => {
    // Each backslash doubled the time once: this would not end.
    const text = `cat <<'E'\nit's ${'\\d'.repeat(5000)}\nE`;
    assert.ok(normaliseCommand(text).startsWith('cat <<"…"'));
  });
});
