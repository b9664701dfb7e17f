import { projectTranscript } from '../../src/core/task/project-transcript.ts';
import { foldEvents } from '../../src/core/task/reduce.ts';
import type { LoggedEvent, TaskEvent } from '../../src/protocol/task-event.ts';
import { emptyPicture, foldEvent } from '../../src/webview/fold-events.ts';
import { median } from './median.ts';
import { ownMs } from './own-ms.ts';

// Prints how long it takes to fold a log of 10,000 events, to read it from its JSON first, and to make the transcript of
// each of its conversations, and what the chat view makes of it: CPU time. Usage: node test/bench/fold.ts

const wanted = 10_000;
const steps = ['look', 'change', 'test', 'tidy'];
const logged = logOf(events());
const lines = logged.map((event) => JSON.stringify(event));

console.log(
  `${logged.length} events, ${(lines.join('\n').length / 1e6).toFixed(1)} MB as JSON; medians of 21, the first aside`,
);
print('parse the JSON', () => lines.map((line) => JSON.parse(line)));
print('fold', () => foldEvents('bench', logged));
const state = foldEvents('bench', logged);
print('project the transcripts', () => steps.map((step) => projectTranscript(state, step, [])));
print('fold in the chat view', () => {
  const picture = emptyPicture();
  for (const { event } of logged) foldEvent(picture, event);
});
const messages = steps.flatMap((step) => projectTranscript(state, step, []));
console.log(`${state.turns} turns, ${state.calls.size} calls, ${messages.length} messages`);

function print(name: string, work: () => unknown): void {
  const times = Array.from({ length: 22 }, () => {
    const began = ownMs();
    work();
    return ownMs() - began;
  });
  const first = (times[0] ?? 0).toFixed(2);
  console.log(`${name.padEnd(26)}${median(times.slice(1)).toFixed(2).padStart(8)} ms   (first ${first} ms)`);
}

function logOf(all: Iterable<TaskEvent>): readonly LoggedEvent[] {
  const made: LoggedEvent[] = [];
  for (const event of all) {
    made.push({
      seq: made.length + 1,
      at: new Date(1_790_000_000_000 + made.length).toISOString(),
      taskId: 'bench',
      event,
    });
    if (made.length === wanted) break;
  }
  return made;
}

/** A task of four steps that reads, edits and runs commands for ever. */
function* events(): Generator<TaskEvent> {
  const limits = { maxTurns: 10_000 };
  const context = { roots: ['/work'], trusted: true, memory: true, lessons: false, limits, context: [] };
  yield { type: 'task-created', start: { goal: 'Bump the constants.', mode: 'auto', approve: 'auto', ...context } };
  const plan = steps.map((id) => ({ id, title: id, instructions: id, after: [], writes: [], doneWhen: '' }));
  yield { type: 'plan-proposed', plan: { steps: plan }, revision: 1 };
  yield { type: 'plan-resolved', accepted: true, by: 'rule' };
  for (const stepId of steps) yield { type: 'step-started', stepId };
  for (let turn = 1; ; turn += 1) {
    for (const [index, conversation] of steps.entries()) yield* turnOf(conversation, `s${index + 1}r1_${turn}_1`, turn);
  }
}

function* turnOf(conversation: string, callId: string, turn: number): Generator<TaskEvent> {
  const file = `src/file_${turn % 20}.ts`;
  const name = ['read_file', 'edit_file', 'run_command'][turn % 3] ?? '';
  const usage = { inputTokens: 1000 + turn, outputTokens: 50 };
  const calls = [{ id: callId, name, arguments: JSON.stringify({ path: file, command: `grep -c export ${file}` }) }];
  const reply = { text: '', calls, finish: 'tool-calls', model: 'scripted', usage } as const;
  yield { type: 'model-replied', conversation, ...reply };
  yield { type: 'tool-call-started', conversation, callId, name, title: `${name} ${file}` };
  const changes = [{ path: `/work/${file}`, before: 'a'.repeat(64), after: 'b'.repeat(64) }];
  if (name === 'edit_file') yield { type: 'files-changing', callId, changes };
  const content = `${file}: lines 1-91 of 91\n${'export const value = compute(input);\n'.repeat(40)}`;
  const ended = { ok: true, content, durationMs: 3, ...(name === 'edit_file' ? { changes } : {}) };
  yield { type: 'tool-call-ended', conversation, callId, ...ended };
}
