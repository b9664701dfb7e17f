import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { CommandState } from '../../core/ports.ts';
import { ownCommand } from '../../core/tools/own-command.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { pieces, plainText, seconds, shownCharacters } from './command-text.ts';
import { sandboxNotes } from './sandbox-notes.ts';

const input = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(200)),
  mode: z._default(z.enum(['tail', 'range', 'grep']), 'tail'),
  lines: z.optional(z.number().check(z.minimum(1), z.maximum(2000))),
  from: z.optional(z.number().check(z.minimum(0))),
  to: z.optional(z.number().check(z.minimum(0))),
  pattern: z.optional(z.string().check(z.minLength(1), z.maxLength(1000))),
});
type CommandOutputInput = z.infer<typeof input>;

export const commandOutput: Tool<CommandOutputInput> = {
  name: 'command_output',
  description:
    'See what a command of this task printed. mode tail: the last lines (200). range: characters from..to. ' +
    'grep: lines that contain pattern (plain text, any case), with their numbers.',
  input,
  describe: ({ id }) => `Look at the output of ${id}`,
  effects: async (_ports, _scope, { id }) => [{ verb: 'read', object: `output of ${id}`, zone: 'own' }],
  async run(ports, scope, request) {
    const commandId = ownCommand(scope, request.id);
    const state = ports.commands.state(commandId);
    if (state === undefined) {
      throw new MagusError('tool-input', `There is no command ${request.id}. Use the id that run_command gave.`, {
        code: 'NO_COMMAND',
      });
    }
    const text = await plainText(await ports.commands.readOutput(commandId));
    const notes = state.running ? [] : sandboxNotes(state, text.slice(-shownCharacters), ports.policy().hosts);
    return {
      ok: true,
      content: [`${statusLine(state)}; ${text.length} characters`, await part(text, request), ...notes].join('\n'),
      exitCode: state.exitCode,
    };
  },
};

/** "running for 3.0 s" or "exit code 0 after 3.0 s". */
export function statusLine(state: CommandState): string {
  if (state.running) return `running for ${seconds(state.durationMs)}`;
  const end = state.exitCode === null ? 'ended by a signal' : `exit code ${state.exitCode}`;
  return `${end} after ${seconds(state.durationMs)}`;
}

async function part(text: string, request: CommandOutputInput): Promise<string> {
  switch (request.mode) {
    case 'tail':
      return text
        .slice(-2 * shownCharacters)
        .trimEnd()
        .split('\n')
        .slice(-(request.lines ?? 200))
        .join('\n')
        .slice(-shownCharacters);
    case 'range': {
      const from = request.from ?? 0;
      const to = Math.min(request.to ?? text.length, from + shownCharacters, text.length);
      const more = to < Math.min(request.to ?? text.length, text.length) ? `\n[go on with from ${to}]` : '';
      return `${text.slice(from, to)}${more}`;
    }
    case 'grep':
      return matching(text, request);
    default:
      return request.mode satisfies never;
  }
}

async function matching(text: string, { pattern, lines }: CommandOutputInput): Promise<string> {
  if (pattern === undefined) {
    throw new MagusError('tool-input', 'Mode grep needs a pattern: give the text to look for.', { code: 'NO_PATTERN' });
  }
  const wanted = pattern.toLowerCase();
  const most = lines ?? 200;
  const shown: string[] = [];
  let hits = 0;
  let number = 0;
  for await (const piece of pieces(text)) {
    for (const line of piece.replace(/\n$/, '').split('\n')) {
      number += 1;
      if (!line.toLowerCase().includes(wanted)) continue;
      hits += 1;
      if (hits <= most) shown.push(`${number}: ${line.slice(0, 500)}`);
    }
  }
  const more = hits > most ? `\n[${hits - most} more lines match]` : '';
  return hits === 0 ? 'No line matches.' : `${shown.join('\n').slice(0, shownCharacters)}${more}`;
}
