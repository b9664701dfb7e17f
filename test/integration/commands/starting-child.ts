import { childCommands } from '../../../src/adapters/process/child-commands.ts';
import { sealAuthorized } from '../../../src/core/security/authorized.ts';

// Starts one command, prints how it is known, and stays until it is killed.
const [folder = '', command = '', commandId = ''] = process.argv.slice(2);
const commands = childCommands({ folder, now: () => Date.now() });
const authorized = sealAuthorized([{ verb: 'run', object: `${folder}$ ${command}`, zone: 'workspace' }], 'h');
const start = { command, cwd: folder, env: {}, commandId, taskId: 'task' };
const { pid, bornAt } = await commands.start(authorized, start, () => {});
process.stdout.write(`${JSON.stringify({ pid, bornAt })}\n`);
setInterval(() => {}, 1000);
