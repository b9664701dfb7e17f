import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectFolder } from '../support/extension-package.ts';
import { type ScriptedCall, type ScriptedReply, startScriptedModel } from '../support/scripted-model.ts';
import { editsMade, goal, type Move, makeWorkspace, moves } from './fifty-turns.ts';
import { codexProgram, piScript } from './peers.ts';
import { type ResponsesItem, startResponsesServer } from './responses-server.ts';

/** One request as the server saw it: its parts in the order in which a model reads them. */
export interface SeenRequest {
  readonly parts: readonly unknown[];
  readonly arrivedAt: number;
  readonly answeredAt: number;
}

export interface Run {
  readonly requests: readonly SeenRequest[];
  readonly wallMs: number;
  readonly peakMb: number;
  /** CPU time of the process and of what it started and saw end. */
  readonly cpuMs: number;
  readonly code: number | null;
  readonly edits: number;
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The three command lines, each with a fresh workspace, a home of its own and a model that plays the fifty turns. */
export const agents: Readonly<Record<string, () => Promise<Run>>> = {
  openmagus: () =>
    overChatCompletions(oursFor, (url, workspace, home) => ({
      command: process.execPath,
      args: [
        path.join(projectFolder, 'dist', 'cli.js'),
        ...['run', '--json', '--mode', 'act', '--workspace', workspace, '--approve', 'auto', '--no-memory'],
        ...['--max-turns', '80', '--model-url', url, '--model', 'scripted', '--api-key-env', 'BENCH_KEY', goal],
      ],
      env: { OPENMAGUS_HOME: path.join(home, 'openmagus') },
    })),
  pi: async () => {
    const script = await piScript();
    return overChatCompletions(piFor, async (url, _workspace, home) => {
      await writeJson(path.join(home, '.pi', 'agent', 'models.json'), { providers: { scripted: piProvider(url) } });
      const args = [script, '--provider', 'scripted', '--model', 'scripted', '--offline', '-p', goal];
      return { command: process.execPath, args, env: { PI_OFFLINE: '1' } };
    });
  },
  codex: async () => {
    const command = await codexProgram();
    return overResponses(async (url, workspace, home) => {
      await writeFile(path.join(home, 'config.toml'), codexConfig(url));
      const open = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
      return { command, args: ['exec', ...open, '-C', workspace, goal], env: { CODEX_HOME: home } };
    });
  },
};

type Prepare = (url: string, workspace: string, home: string) => Program | Promise<Program>;

async function overChatCompletions(callFor: (move: Move) => ScriptedCall, prepare: Prepare): Promise<Run> {
  const left = [...moves];
  const model = await startScriptedModel((): ScriptedReply => {
    const move = left.shift();
    return move === undefined ? { text: 'All done.' } : { calls: [callFor(move)] };
  });
  const parts = (): readonly SeenRequest[] =>
    model.requests.map(({ body, arrivedAt, answeredAt }) => ({
      parts: [body.tools ?? [], ...body.messages],
      arrivedAt,
      answeredAt: answeredAt ?? Number.NaN,
    }));
  return play(model, parts, prepare);
}

async function overResponses(prepare: Prepare): Promise<Run> {
  const left = [...moves];
  const model = await startResponsesServer(() => {
    const move = left.shift();
    return move === undefined ? { type: 'message', text: 'All done.' } : codexFor(move);
  });
  const parts = (): readonly SeenRequest[] =>
    model.requests.map(({ body, arrivedAt, answeredAt }) => ({
      parts: [body.instructions ?? '', body.tools ?? [], ...body.input],
      arrivedAt,
      answeredAt: answeredAt ?? Number.NaN,
    }));
  return play(model, parts, prepare);
}

async function play(
  model: { readonly url: string; close(): Promise<void> },
  requests: () => readonly SeenRequest[],
  prepare: Prepare,
): Promise<Run> {
  const workspace = await makeWorkspace();
  const home = await mkdtemp(path.join(tmpdir(), 'openmagus-turns-home-'));
  try {
    const measured = await measure(await prepare(model.url, workspace, home), workspace, home);
    return { ...measured, requests: requests(), edits: await editsMade(workspace) };
  } finally {
    await model.close();
    for (const folder of [workspace, home]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Read from /proc every 25 ms, so that the last of it can be missing; the highest resident set is that of the process alone. */
async function measure(
  { command, args, env }: Program,
  cwd: string,
  home: string,
): Promise<Pick<Run, 'wallMs' | 'peakMb' | 'cpuMs' | 'code'>> {
  const began = performance.now();
  const child = spawn(command, args, {
    cwd,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], HOME: home, BENCH_KEY: 'none', CI: '1', ...env },
  });
  let peakMb = 0;
  let cpuMs = 0;
  const look = async (): Promise<void> => {
    const times = /\) (?:\S+ ){11}(\d+) (\d+) (\d+) (\d+)/.exec(
      await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => ''),
    );
    const ticks = (times ?? []).slice(1).reduce((sum, each) => sum + Number(each), 0);
    cpuMs = Math.max(cpuMs, ticks * 10);
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  };
  const sampling = setInterval(() => void look(), 25);
  const late = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve);
    child.on('error', reject);
  });
  clearInterval(sampling);
  clearTimeout(late);
  return { wallMs: performance.now() - began, peakMb, cpuMs, code };
}

function oursFor(move: Move): ScriptedCall {
  if (move.kind === 'read') return { name: 'read_file', args: { path: move.file } };
  if (move.kind === 'command') return { name: 'run_command', args: { command: move.command } };
  const edits = [{ old_text: move.before, new_text: move.after }];
  return { name: 'edit_file', args: { path: move.file, edits } };
}

function piFor(move: Move): ScriptedCall {
  if (move.kind === 'read') return { name: 'read', args: { path: move.file } };
  if (move.kind === 'command') return { name: 'bash', args: { command: move.command } };
  return { name: 'edit', args: { path: move.file, edits: [{ oldText: move.before, newText: move.after }] } };
}

/** codex has no tool that reads: its model runs a command for it. */
function codexFor(move: Move): ResponsesItem {
  if (move.kind === 'edit') {
    const hunk = ['@@', `-${move.before}`, `+${move.after}`];
    const patch = ['*** Begin Patch', `*** Update File: ${move.file}`, ...hunk, '*** End Patch'];
    return { type: 'custom_tool_call', name: 'apply_patch', input: patch.join('\n') };
  }
  const cmd = move.kind === 'read' ? `cat ${move.file}` : move.command;
  return { type: 'function_call', name: 'exec_command', arguments: JSON.stringify({ cmd }) };
}

function piProvider(baseUrl: string): unknown {
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const limits = { contextWindow: 1_000_000, maxTokens: 8000 };
  const model = { id: 'scripted', name: 'scripted', reasoning: false, input: ['text'], cost, ...limits };
  return { baseUrl, api: 'openai-completions', apiKey: 'none', models: [model] };
}

/** The model's name makes codex offer the tools it was made for, `apply_patch` among them. */
function codexConfig(url: string): string {
  return `model = "gpt-5.5"
model_provider = "scripted"
[analytics]
enabled = false
[model_providers.scripted]
name = "Scripted"
base_url = "${url}"
wire_api = "responses"
env_key = "BENCH_KEY"
`;
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value));
}
