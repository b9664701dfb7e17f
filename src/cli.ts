#!/usr/bin/env node
import { endWithReader } from './cli/closed-output.ts';
import { connectors } from './cli/connectors.ts';
import { doctor } from './cli/doctor.ts';
import { memory } from './cli/memory.ts';
import { models } from './cli/models.ts';
import { policy } from './cli/policy.ts';
import { exitCodes, reportFailure } from './cli/report.ts';
import { resume, run } from './cli/run.ts';
import { exportTask, listTasks, showTask } from './cli/tasks.ts';
import { toolBatch } from './cli/tool-batch.ts';

const commands: Readonly<Record<string, (words: readonly string[]) => Promise<number>>> = {
  run,
  resume,
  tasks: listTasks,
  show: showTask,
  export: exportTask,
  tool: toolBatch,
  policy,
  models,
  memory,
  connectors,
  doctor,
};

const usage = `Usage: openmagus <command>

  run [options] "goal"      runs a task ("-": the goal comes on stdin)
  resume TASK [options]     goes on where a task stopped
  tasks | show TASK [--json] | export TASK
  tool --batch
  policy "COMMAND" | policy --batch | policy --audit [TASK]   what would be decided, what was
  models list|test|load|unload [ENDPOINT/MODEL]
  memory search WORDS | list | show ID | pin ID [--off] | review ID --accept|--reject | share ID | forget ID… | export | import FILE | replay | bench
  connectors list | allow NAME | forget NAME   MCP servers and APIs, yours and of this folder
  doctor                    what is configured, what answers, what is missing

Options of run and resume: --workspace DIR  --config FILE  --model-url URL  --model NAME  --api-key-env VAR
  --mode auto|ask|plan|act  --approve ask|deny|edits|auto  --max-turns N  --max-cost USD  --timeout S  --no-memory  --no-lessons  --json
`;

async function main(): Promise<number> {
  // An older Node would fail midway in words that help nobody.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 16)) {
    process.stderr.write(
      `openmagus needs Node.js 22.16 or newer; this is ${process.versions.node}. Install a newer one, or run it with: npx -y node@24 ${process.argv[1]}\n`,
    );
    return exitCodes.badUsage;
  }
  const [name = '', ...words] = process.argv.slice(2);
  const command = commands[name];
  if (command) return command(words);
  const asked = ['', 'help', '--help', '-h'].includes(name);
  process[asked ? 'stdout' : 'stderr'].write(asked ? usage : `There is no command ${name}.\n\n${usage}`);
  return asked && name !== '' ? exitCodes.done : exitCodes.badUsage;
}

endWithReader();
main().then(
  (code) => {
    process.exitCode = code;
  },
  (caught: unknown) => {
    process.exitCode = reportFailure(caught);
  },
);
