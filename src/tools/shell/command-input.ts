import * as z from 'zod/mini';
import { ownCommand } from '../../core/tools/own-command.ts';
import type { Tool } from '../../core/tools/tool.ts';

const input = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(200)),
  text: z.string().check(z.minLength(1), z.maxLength(32_000)),
});

export const commandInput: Tool<z.infer<typeof input>> = {
  name: 'command_input',
  description:
    'Send text to a running command of this task, as if typed. End it with \\n where the command waits for Enter.',
  input,
  describe: ({ id, text }) => `Type ${JSON.stringify(text.slice(0, 100))} into ${id}`,
  effects: async (ports, scope, { id, text }) => {
    const commandId = ownCommand(scope, id);
    // What is typed into a confined command can do no more than the command.
    const confined = ports.commands.state(commandId)?.confined ? { confined: true as const } : {};
    return [{ verb: 'run', object: `${commandId}< ${text}`, zone: 'workspace', ...confined }];
  },
  async run(ports, scope, { id, text }, authorized) {
    await ports.commands.send(authorized, ownCommand(scope, id), text);
    return { ok: true, content: `Sent ${text.length} characters. See the answer with command_output.` };
  },
};
