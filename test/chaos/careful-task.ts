import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ScriptedCall, ScriptedReply, ScriptedRequest } from '../support/scripted-model.ts';

/** A plan of four steps, the first two side by side, with 25 calls: reads, edits, and commands whose second run would show. */
export const stepNames = ['first', 'second', 'third', 'fourth'] as const;
type StepName = (typeof stepNames)[number];

export const callsOfTheTask = stepNames.flatMap((step) => movesOf(step, step)).length;

/** The goal of the task; with a folder below the workspace, all of it happens there. */
export function goalIn(below = ''): string {
  return `Do all four parts in "${below}".`;
}

export async function writeWorkspace(folder: string): Promise<void> {
  for (const step of stepNames) {
    await mkdir(path.join(folder, step), { recursive: true });
    await writeFile(path.join(folder, step, 'counter.txt'), 'value: 0.\n');
  }
}

/** What every run must end with, however often it was killed. */
const wantedTree: Readonly<Record<string, string>> = Object.fromEntries(
  stepNames.flatMap((step) => [
    [`${step}/counter.txt`, 'value: 2.\n'],
    [`${step}/log.txt`, `${step}-1.\n${step}-2.\n`],
    [`${step}/new.txt`, `${step}\n`],
  ]),
);

export async function assertWantedTree(folder: string, except?: RegExp): Promise<void> {
  const files = Object.entries(await treeOf(folder)).filter(([file]) => !except?.test(file));
  assert.deepEqual(Object.fromEntries(files), wantedTree);
}

/** Relative path → content of every file. */
async function treeOf(folder: string): Promise<Record<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = files.sort().map(async (file) => [path.relative(folder, file), await readFile(file, 'utf8')]);
  return Object.fromEntries(await Promise.all(contents)) as Record<string, string>;
}

interface Move extends ScriptedCall {
  /** Where its effect can be seen, and by what. */
  readonly shows?: { readonly file: string; readonly sign: string };
  /** Made in the same reply as the one before it. */
  readonly together?: boolean;
}

function movesOf(step: StepName, folder: string): readonly Move[] {
  const [counter, log] = [`${folder}/counter.txt`, `${folder}/log.txt`];
  const raise = (from: number): Move => ({
    name: 'edit_file',
    args: { path: counter, edits: [{ old_text: `value: ${from}.`, new_text: `value: ${from + 1}.` }] },
    shows: { file: counter, sign: `value: ${from + 1}.` },
  });
  const append = (count: number, slowly: string): Move => ({
    name: 'run_command',
    args: { command: `${slowly}echo ${step}-${count}. >> ${log}` },
    shows: { file: log, sign: `${step}-${count}.` },
  });
  return [
    { name: 'read_file', args: { path: counter } },
    raise(0),
    append(1, ''),
    { name: 'write_file', args: { path: `${folder}/new.txt`, content: `${step}\n` }, together: true },
    raise(1),
    // Long enough to be met by a kill while it runs, and then to outlive who started it.
    append(2, 'sleep 0.05; '),
    ...(step === 'fourth' ? [{ name: 'read_file', args: { path: log } }] : []),
  ];
}

/**
 * A model that judges by what it is shown alone, as a careful one would: it makes the next move of the step, and after an
 * outcome that nobody knows it looks before it makes the move again.
 */
export function carefulModel({ tools, messages }: ScriptedRequest): ScriptedReply {
  const asked = messages.filter(({ role }) => role === 'user').map(({ content }) => textOf(content));
  // Not just any goal: memory recalls those of other tasks.
  const below = /^Goal(?: of the whole task)?:\nDo all four parts in "(.*)"/m.exec(asked.join('\n'))?.[1] ?? '';
  if (tools.includes('propose_plan')) return { calls: [{ name: 'propose_plan', args: { steps: thePlan(below) } }] };
  const step = stepNames.find((name) =>
    asked.some((text) => text.includes(`Your step: The ${name} part\nWork on the ${name} part.`)),
  );
  assert.ok(step, 'the step is not named in the request');
  const past = pastOf(messages);
  const moves = movesOf(step, path.join(below, step));
  for (const [index, move] of moves.entries()) {
    const next = nextFor(move, past);
    if (next === undefined) continue;
    const follower = moves[index + 1];
    const both = next === move && follower?.together && nextFor(follower, past) === follower;
    return { calls: both ? [move, follower] : [next] };
  }
  return { calls: [{ name: 'finish_step', args: { summary: `${step} is done`, evidence: `${step}/log.txt` } }] };
}

function thePlan(below: string): readonly unknown[] {
  return stepNames.map((name, index) => {
    const folder = path.join(below, name);
    return {
      id: name,
      title: `The ${name} part`,
      instructions: `Work on the ${name} part.`,
      after: index < 2 ? [] : index === 2 ? ['first', 'second'] : ['third'],
      writes: [`${folder}/**`],
      check: `test "$(cat ${folder}/log.txt)" = "$(printf '${name}-1.\\n${name}-2.')" && grep -q 'value: 2.' ${folder}/counter.txt`,
      doneWhen: `${folder}/log.txt has two lines`,
    };
  });
}

interface PastCall {
  readonly name: string;
  readonly args: string;
  readonly answer: string;
}

function pastOf(messages: ScriptedRequest['messages']): readonly PastCall[] {
  const answers = new Map(
    messages.flatMap(({ tool_call_id, content }) =>
      tool_call_id === undefined ? [] : [[tool_call_id, textOf(content)]],
    ),
  );
  return messages.flatMap(({ tool_calls = [] }) =>
    tool_calls.map((call) => ({
      name: call.function.name,
      args: call.function.arguments,
      answer: answers.get(call.id) ?? '',
    })),
  );
}

/** The call to make for a move: itself, a look at what came of it, or nothing because it is done. */
function nextFor(move: Move, past: readonly PastCall[]): ScriptedCall | undefined {
  const last = past.findLastIndex((call) => call.name === move.name && call.args === JSON.stringify(move.args));
  const answer = past[last]?.answer;
  if (answer === undefined) return move;
  if (!isUnknown(answer)) return undefined;
  if (move.shows === undefined) return move;
  const { file, sign } = move.shows;
  const running = /still running as process (\d+)/.exec(answer)?.[1];
  const look = running === undefined ? { name: 'read_file', args: { path: file } } : lookAfter(running, file);
  const looked = past
    .slice(last + 1)
    .findLast((call) => call.args === JSON.stringify(look.args) && !isUnknown(call.answer));
  if (looked === undefined) return look;
  return looked.answer.includes(sign) ? undefined : move;
}

/** Waits until a process is gone (or nobody but a zombie), then shows the file. */
function lookAfter(pid: string, file: string): ScriptedCall {
  const wait = `while grep -qs '^State:.[^ZX]' /proc/${pid}/status; do sleep 0.02; done`;
  return { name: 'run_command', args: { command: `${wait}; cat ${file}` } };
}

function isUnknown(answer: string): boolean {
  return answer.startsWith('[outcome unknown]') || answer.startsWith('[not run]');
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? '').join('') : '';
}
