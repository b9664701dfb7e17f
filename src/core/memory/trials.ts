import type { Trial } from '../../protocol/memory.ts';
import { shownIn } from '../security/canonical-path.ts';
import type { CallState, TaskState } from '../task/state.ts';

const mostTrials = 40;
const mostWords = 300;

/**
 * What a task tried and how it went: for each failure what the task did next, up to the same action's success, is the cure.
 * Calls come in the order in which they were made.
 */
export function trialsOf(state: TaskState): readonly Trial[] {
  const calls = [...state.calls.values()].filter(
    (call) => call.ended !== undefined && call.conversation !== 'plan' && !steering.has(call.name),
  );
  const trials: Trial[] = [];
  for (const [index, call] of calls.entries()) {
    const action = actionOf(call);
    if (call.ended?.ok) {
      if (call.command) trials.push({ action, ok: true, failure: '', cure: '', ms: call.ended.durationMs });
      continue;
    }
    const failure = failureLine(call.ended?.content ?? '');
    const cure = cureOf(state, call, calls.slice(index + 1));
    trials.push({ action, ok: false, failure, cure, ms: call.ended?.durationMs ?? 0 });
  }
  return distinct(trials).slice(-mostTrials);
}

/** Of those that are the same but for their time the last one, where it was. */
function distinct(trials: readonly Trial[]): readonly Trial[] {
  const known = new Map<string, Trial>();
  for (const trial of trials) {
    const key = JSON.stringify({ ...trial, ms: 0 });
    known.delete(key);
    known.set(key, trial);
  }
  return [...known.values()];
}

const steering: ReadonlySet<string> = new Set(['finish_step', 'ask_user', 'update_plan', 'propose_plan', 'answer']);

/** What stood between the failure and the same action's success, without mere reading. '': it never succeeded. */
function cureOf(state: TaskState, failed: CallState, later: readonly CallState[]): string {
  const action = actionOf(failed);
  const own = later.filter(({ conversation }) => withoutCheck(conversation) === withoutCheck(failed.conversation));
  const success = own.findIndex((call) => call.ended?.ok && actionOf(call) === action);
  const end = success >= 0 ? success : own.findIndex((call) => call.ended?.ok && call.name === failed.name);
  if (end < 0) return '';
  const between = own
    .slice(0, success >= 0 ? end : end + 1)
    .filter((call) => call.ended?.ok && !reading.has(call.name))
    .map((call) => wordsOf(state, call));
  return [...new Set(between)].join('; then ').slice(0, mostWords);
}

const reading: ReadonlySet<string> = new Set([
  'read_file',
  'list_files',
  'search_text',
  'diagnostics',
  'code_intel',
  'find_relevant_files',
  'recall',
]);

function withoutCheck(conversation: string): string {
  return conversation.replace(/:check$/, '');
}

/** The same action elsewhere gives the same text. */
export function actionOf(call: CallState): string {
  if (call.command) return normaliseCommand(call.command.command);
  return `${call.name} ${kindsOfFiles(call)}`.trim();
}

function wordsOf(state: TaskState, call: CallState): string {
  if (call.command) return `ran ${call.command.command}`;
  const paths = (call.changing ?? []).map(({ path }) => shownIn(path, state.start.roots) ?? path);
  return `${call.name} ${paths.join(', ')}`.trim();
}

function kindsOfFiles({ changing }: CallState): string {
  const kinds = (changing ?? []).map(({ path }) => /\.[A-Za-z0-9]+$/.exec(path)?.[0] ?? 'file');
  return [...new Set(kinds)].sort().join(' ');
}

/** A command without what differs from one use to the next: folders, numbers, quoted texts, hashes. */
export function normaliseCommand(command: string): string {
  return command
    .trim()
    .replace(/(["'])(?:\\.|(?!\1)[^\\\n])*\1/g, '"…"')
    .replace(/(?<=^|\s|=)(?:~|\.{1,2})?\/?(?:[\w.@-]+\/)+[\w.@*-]*/g, '…')
    .replace(/\b[0-9a-f]{7,40}\b|\b\d+(?:\.\d+)*\b/g, '#')
    .replace(/\s+/g, ' ')
    .slice(0, mostWords);
}

/** The line of an output that says what went wrong, without what differs from one time to the next. */
export function failureLine(content: string): string {
  const lines = content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const telling = lines.find((line) => tellingLine.test(line)) ?? lines.at(-1) ?? '';
  return telling
    .replace(/(?:[A-Za-z]:)?(?:[\\/][\w.@+-]+)+[\\/]/g, '…/')
    .replace(/\b0x[0-9a-f]+\b|\b[0-9a-f]{7,40}\b|\b\d+(?:[.:]\d+)*\b/gi, '#')
    .replace(/\s+/g, ' ')
    .slice(0, mostWords);
}

const tellingLine =
  /\b(?:error|exception|fatal|failed|failure|cannot|can't|could not|not found|no such|denied|refused|unexpected|undefined|missing|invalid|panic)\b|Error:/i;
