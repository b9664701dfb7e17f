import * as z from 'zod/mini';
import { ownCommand } from '../../core/tools/own-command.ts';
import type { Tool } from '../../core/tools/tool.ts';
import { statusLine } from './command-output.ts';

const input = z.object({ id: z.string().check(z.minLength(1), z.maxLength(200)) });

export const commandStop: Tool<z.infer<typeof input>> = {
  name: 'command_stop',
  description: 'End a running command of this task and everything it started.',
  input,
  describe: ({ id }) => `Stop ${id}`,
  effects: async (_ports, _scope, { id }) => [{ verb: 'control', object: `stop ${id}`, zone: 'own' }],
  async run(ports, scope, { id }) {
    const state = await ports.commands.stop(ownCommand(scope, id));
    return { ok: !state.running, content: statusLine(state), exitCode: state.exitCode };
  },
};
