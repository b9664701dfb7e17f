import { realpathSync } from 'node:fs';
import path from 'node:path';
import { MagusError } from '../core/errors/magus-error.ts';
import { auditOf } from '../core/security/audit.ts';
import { explainCall, explanationLines } from '../core/security/explain-command.ts';
import { dataHome } from '../data-home.ts';
import { policyBatch } from './policy-batch.ts';
import { printable } from './printable.ts';
import { withPorts } from './with-ports.ts';

/** `openmagus policy`: what would happen to a command, to many, or what was decided. */
export async function policy(words: readonly string[]): Promise<number> {
  if (words.includes('--batch')) return policyBatch();
  if (words.includes('--audit')) return audit(words.filter((word) => word !== '--audit')[0]);
  if (words[0] === '--trust') return trust(words.slice(1));
  const at = words.indexOf('--workspace');
  const workspace = at < 0 ? '.' : (words[at + 1] ?? '.');
  const command = words.filter((_, index) => at < 0 || (index !== at && index !== at + 1)).join(' ');
  if (command.trim() === '')
    throw new MagusError('user-input', 'Which command? Give it in quotes: openmagus policy "git push"');
  return explain(command, realpathSync(path.resolve(workspace)));
}

async function explain(command: string, root: string): Promise<number> {
  const lines = await withPorts(async (ports) => {
    const tool = ports.tools.find(({ name }) => name === 'run_command');
    if (!tool) throw new MagusError('internal', 'The tool for commands is missing. Reinstall OpenMagus.');
    return explanationLines(await explainCall(ports, tool, { command }, [root]));
  });
  for (const line of lines) process.stdout.write(`${printable(line)}\n`);
  return 0;
}

/** Prints the rules that trust these files as they are now; they count once they stand in rules.json of the data folder. */
async function trust(files: readonly string[]): Promise<number> {
  const rules = await withPorts(async ({ files: system, hash }) => {
    const contents = await Promise.all(files.map((file) => system.read(path.resolve(file), 1_000_000)));
    return contents.map((content) => ({ decide: 'allow', content: hash.sha256(content) }));
  });
  process.stderr.write(`Put into the list in ${path.join(dataHome(), 'rules.json')}:\n`);
  process.stdout.write(`${JSON.stringify(rules)}\n`);
  return 0;
}

/** Every decision as one JSON line, of one task or of all of them, newest task first. */
async function audit(taskId: string | undefined): Promise<number> {
  await withPorts(async (ports) => {
    const tasks = taskId === undefined ? await ports.log.tasks({}) : [{ taskId }];
    for (const task of tasks) {
      const rows = auditOf(await ports.log.read(task.taskId));
      for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
      const asked = rows.filter((row) => row.asked).length;
      process.stderr.write(`${task.taskId}: ${rows.length} decisions, ${asked} questions\n`);
    }
  });
  return 0;
}
