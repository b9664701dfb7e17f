import { stripVTControlCharacters } from 'node:util';
import * as vscode from 'vscode';

export interface FinishedCommand {
  readonly id: string;
  readonly line: string;
  readonly output: string;
  readonly exitCode: number | undefined;
}

const mostCommands = 5;
const mostOutput = 40_000;
const kept: FinishedCommand[] = [];

/** The latest commands of the integrated terminal, newest first; kept in memory alone, for a person to point at with @. */
export function finishedCommands(): readonly FinishedCommand[] {
  return kept;
}

export function registerTerminalCommands(): vscode.Disposable {
  const outputs = new WeakMap<vscode.TerminalShellExecution, Promise<string>>();
  let next = 1;
  return vscode.Disposable.from(
    vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
      // Only what is read from the beginning can be had later.
      outputs.set(execution, tailOf(execution.read()));
    }),
    vscode.window.onDidEndTerminalShellExecution(async ({ execution, exitCode }) => {
      const output = (await outputs.get(execution)) ?? '';
      const line = execution.commandLine.value.trim();
      if (line === '') return;
      kept.unshift({ id: String(next), line, output: stripVTControlCharacters(output), exitCode });
      next += 1;
      kept.length = Math.min(kept.length, mostCommands);
    }),
  );
}

async function tailOf(chunks: AsyncIterable<string>): Promise<string> {
  let tail = '';
  for await (const chunk of chunks) {
    tail += chunk;
    if (tail.length > 2 * mostOutput) tail = tail.slice(-mostOutput);
  }
  return tail.slice(-mostOutput);
}
