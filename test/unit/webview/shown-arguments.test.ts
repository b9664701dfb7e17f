import assert from 'node:assert/strict';
import { shownArguments } from '../../../src/webview/shown-arguments.ts';

const shown = (name: string, values: unknown) => shownArguments(name, JSON.stringify(values));

describe('shownArguments', () => {
  it('shows an edit as a diff, each edit apart', () => {
    const edits = [
      { old_text: 'a\nb\n', new_text: 'c\n' },
      { old_text: '', new_text: 'new' },
      { old_text: 'gone', new_text: '' },
    ];
    assert.deepEqual(shown('edit_file', { path: 'x', edits }), {
      text: '- a\n- b\n+ c\n\n+ new\n\n- gone',
      language: 'diff',
    });
  });

  it('says of an edit that it is made everywhere', () => {
    const edits = [{ old_text: 'a', new_text: 'b', replace_all: true }];
    assert.equal(shown('edit_file', { path: 'x', edits }).text, '@@ everywhere it stands @@\n- a\n+ b');
  });

  it('shows a command, a patch and a new file as what they are', () => {
    assert.deepEqual(shown('run_command', { command: 'npm test' }), { text: 'npm test', language: 'bash' });
    assert.deepEqual(shown('apply_patch', { patch: '*** Begin Patch' }), {
      text: '*** Begin Patch',
      language: 'diff',
    });
    assert.deepEqual(shown('write_file', { path: 'x', content: 'one\ntwo\n' }), {
      text: '+ one\n+ two',
      language: 'diff',
    });
  });

  it('shows anything else as JSON, and what is no JSON as it was written', () => {
    assert.deepEqual(shown('read_file', { path: 'x' }), { text: '{\n  "path": "x"\n}', language: 'json' });
    assert.deepEqual(shown('toString', { path: 'x' }).language, 'json');
    assert.deepEqual(shownArguments('edit_file', '{"path": "x", "edi'), { text: '{"path": "x", "edi', language: '' });
  });

  it('hides nothing of arguments that the model got wrong', () => {
    for (const values of [{ edits: 'no list' }, { edits: [{ old_text: 1, new_text: 'x' }] }, { edits: [null] }])
      assert.equal(shown('edit_file', values).language, 'json');
    assert.equal(shown('run_command', { command: ['rm', '-rf'] }).language, 'json');
  });
});
