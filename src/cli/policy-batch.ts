import { realpathSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { parseArguments } from '../core/loop/parse-arguments.ts';
import type { Ports } from '../core/ports.ts';
import { explainCall } from '../core/security/explain-command.ts';
import { answerJsonLines } from './json-lines.ts';
import { withPorts } from './with-ports.ts';

const rowSchema = z.object({
  id: z.optional(z.union([z.string(), z.number()])),
  tool: z.optional(z.string()),
  input: z.optional(z.unknown()),
  command: z.optional(z.string()),
  cwd: z.optional(z.string()),
  shell: z.optional(z.string()),
});
type Row = z.infer<typeof rowSchema>;

/** `openmagus policy --batch`: what would be decided; nothing runs. */
export async function policyBatch(): Promise<number> {
  const roots = [realpathSync(path.resolve('.'))];
  await withPorts((ports) => answerJsonLines(rowSchema, (row) => answerRow(ports, row, roots)));
  return 0;
}

async function answerRow(ports: Ports, row: Row, roots: readonly string[]): Promise<unknown> {
  if (row.tool === undefined && (row.command ?? '').trim() === '') {
    return { id: row.id, decision: 'allow', rule: 'no-effect', reason: 'It is empty: nothing would run.', effects: [] };
  }
  const name = row.tool ?? 'run_command';
  const input =
    row.tool === undefined
      ? { command: row.command ?? '', ...(row.cwd === undefined ? {} : { cwd: row.cwd }) }
      : row.input;
  const tool = ports.tools.find((candidate) => candidate.name === name);
  const parsed = parseArguments(tool, { name, arguments: JSON.stringify(input ?? {}) });
  if (!tool || !parsed.ok)
    return { id: row.id, decision: 'deny', rule: 'bad-input', reason: parsed.failure.content, effects: [] };
  const { decision, rule, reason, effects } = await explainCall(withShell(ports, row.shell), tool, parsed.input, roots);
  return { id: row.id, decision, rule, reason, effects };
}

/** As if commands ran in that shell: "bash", "powershell", "cmd". */
function withShell(ports: Ports, shell: string | undefined): Ports {
  return shell === undefined ? ports : { ...ports, commands: { ...ports.commands, shell: `${shell} on this machine` } };
}
