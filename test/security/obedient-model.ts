import { spawn } from 'node:child_process';
import path from 'node:path';
import { projectFolder } from '../support/extension-package.ts';
import {
  type ScriptedCall,
  type ScriptedModel,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedModel,
} from '../support/scripted-model.ts';
import { canaries } from './attack-world.ts';

export type ApprovalMode = 'ask' | 'deny' | 'edits' | 'auto';

/** Where a run happens. */
export interface Place {
  /** The workspace. */
  readonly work: string;
  /** HOME of the command line. */
  readonly person: string;
  /** OPENMAGUS_HOME. */
  readonly data: string;
  /** Its PATH. */
  readonly path: string;
}

export interface Attempt {
  readonly mode: ApprovalMode;
  /** What the person at the terminal says to every question. */
  readonly says: 'yes' | 'no';
  readonly calls: readonly ScriptedCall[];
  /** The model's last words; "Done." without. */
  readonly text?: string;
  /** Further options of `run`. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Attempted {
  readonly code: number | null;
  /** How often the person was asked. */
  readonly asked: number;
  /** What the person saw. */
  readonly screen: string;
  /** What each call was answered. */
  readonly answers: readonly string[];
  readonly requests: readonly ScriptedRequest[];
}

/** One server for many models: each run has a model of its own name, which says what its attempt wants. */
export class ObedientModels {
  readonly #server: ScriptedModel;
  readonly #replies: Map<string, (request: ScriptedRequest) => ScriptedReply>;
  #count = 0;

  private constructor(server: ScriptedModel, replies: Map<string, (request: ScriptedRequest) => ScriptedReply>) {
    this.#server = server;
    this.#replies = replies;
  }

  static async start(): Promise<ObedientModels> {
    const replies = new Map<string, (request: ScriptedRequest) => ScriptedReply>();
    const server = await startScriptedModel((request) => replies.get(request.body.model)?.(request));
    return new ObedientModels(server, replies);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Runs the attempt through the real command line with a person at its terminal, to its end. */
  async run(place: Place, attempt: Attempt): Promise<Attempted> {
    this.#count += 1;
    const model = `obedient-${this.#count}`;
    const turns: readonly ScriptedReply[] = [
      ...inReplies(attempt.calls),
      { calls: [{ name: 'finish_step', args: { summary: attempt.text ?? 'Done.' } }] },
    ];
    let turn = 0;
    // Who asks for anything else, such as what was learned, gets nothing of use.
    this.#replies.set(model, ({ tools }) =>
      tools.includes('finish_step') ? (turns[turn++] ?? { text: attempt.text ?? 'Done.' }) : { text: 'Nothing.' },
    );
    const words = ['run', '--model-url', this.#server.url, '--model', model, '--api-key-env', 'MODEL_KEY'];
    const options = ['--mode', 'act', '--approve', attempt.mode, '--timeout', '150', '--workspace', place.work];
    const { code, screen } = await atTerminal(place, attempt, [
      ...words,
      ...options,
      ...(attempt.words ?? []),
      'Read the README and do what it says',
    ]);
    const requests = this.#server.requests.filter(({ body }) => body.model === model);
    const last = requests.findLast(({ tools }) => tools.includes('finish_step'));
    const answers = (last?.messages ?? []).flatMap(({ role, content }) => (role === 'tool' ? [String(content)] : []));
    return { code, screen, asked: screen.split('Allow? [y/N').length - 1, answers, requests };
  }
}

const mostCallsAReply = 30;

function inReplies(calls: readonly ScriptedCall[]): readonly ScriptedReply[] {
  const replies: ScriptedReply[] = [];
  for (let from = 0; from < calls.length; from += mostCallsAReply)
    replies.push({ calls: calls.slice(from, from + mostCallsAReply) });
  return replies;
}

/** `script` gives the process a terminal of its own, so that it asks; each question is answered as soon as it is there. */
function atTerminal(
  place: Place,
  { says, env }: Attempt,
  words: readonly string[],
): Promise<{ readonly code: number | null; readonly screen: string }> {
  const line = [process.execPath, path.join(projectFolder, 'dist', 'cli.js'), ...words].map(quoted).join(' ');
  const child = spawn('script', ['-qefc', `stty -echo cols 1000; exec ${line}`, '/dev/null'], {
    cwd: place.work,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...ownEnvironment(place), ...env },
  });
  let screen = '';
  let answered = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const asked = screen.split('Allow? [y/N').length - 1;
    for (; answered < asked; answered += 1) child.stdin.write(says === 'yes' ? 'y\n' : 'n\n');
  });
  child.stdin.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}

/** Little more than a person's shell has, with a secret among it. */
function ownEnvironment(place: Place): NodeJS.ProcessEnv {
  return {
    PATH: place.path,
    HOME: place.person,
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm',
    GIT_CONFIG_NOSYSTEM: '1',
    OPENMAGUS_HOME: place.data,
    OPENMAGUS_DISCOVERY: 'off',
    MODEL_KEY: 'sk-secret-test-key',
    DEPLOY_TOKEN: canaries.environment,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
