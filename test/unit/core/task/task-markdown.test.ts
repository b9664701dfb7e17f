import assert from 'node:assert/strict';
import { taskMarkdown } from '../../../../src/core/task/task-markdown.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import { began, call, ended, planned, replied, stateOf, step, stepEnded } from './logs.ts';

describe('a task to share', () => {
  const [good, bad, open] = [call('1', 'edit_file'), call('2', 'run_command'), call('3', 'read_file')];
  const changed: TaskEvent = {
    ...ended('a', good, 'the whole content of a file'),
    changes: [{ path: '/home/me/work/a.ts', before: 'x', after: 'y' }],
  };
  const over: TaskEvent = {
    type: 'task-ended',
    status: 'failed',
    summary: 'The key sk-abcdefghijklmnop123 in /home/me/work did not fit. password: "hunter22"',
    usage: { inputTokens: 10, outputTokens: 1 },
  };
  const text = taskMarkdown(
    stateOf(
      planned(step('a')),
      replied('a', [good, bad, open]),
      began('a', good),
      changed,
      began('a', bad),
      ended('a', bad, 'exit code 1\nmore', false),
      began('a', open),
      stepEnded('a', 'failed', 'It broke.'),
      over,
    ),
    '/home/me',
  );

  it('says what was wanted, done, changed and used', () => {
    for (const part of [
      '# Mend it.',
      'Status: failed',
      '## Plan\n\n- **a** (failed) It broke.',
      '- `edit_file`: ok',
      '- `run_command`: failed: exit code 1',
      '- `read_file`: unanswered',
      '## Files changed\n\n- ~/work/a.ts',
      'Tokens: 10 in, 1 out',
    ])
      assert.ok(text.includes(part), `${part} in\n${text}`);
  });

  it('holds no content of files, no key, no password and no home folder', () => {
    for (const secret of ['whole content', 'abcdefghijklmnop123', 'hunter22', '/home/me'])
      assert.ok(!text.includes(secret), secret);
  });

  it('is whole when there is no home folder to hide', () => {
    assert.match(taskMarkdown(stateOf(), ''), /^# Mend it\.\n\nStatus: open\n\nTokens/);
  });
});
