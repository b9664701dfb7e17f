import * as vscode from 'vscode';
import { MagusError } from '../core/errors/magus-error.ts';
import { readSettings, writeRules } from './settings.ts';
import type { TaskService } from './task-service.ts';
import { workspaceRoots } from './task-service.ts';

interface RuleFile extends vscode.QuickPickItem {
  readonly content: string;
}

/** Lets the user pick rule files of the workspace to trust as they are now; a file that changes is no longer trusted. */
export async function trustRuleFiles(tasks: TaskService): Promise<void> {
  const { ruleFiles } = await import('../core/agents/rule-files.ts');
  const ports = await tasks.ports();
  const trusted = ports.policy().rules.flatMap(({ content }) => content ?? []);
  const found: RuleFile[] = [];
  for (const path of workspaceRoots().flatMap((root) => ruleFiles.map((name) => `${root}/${name}`))) {
    const bytes = await ports.files.read(path, 1_000_000).catch(() => undefined);
    if (!bytes) continue;
    const content = ports.hash.sha256(bytes);
    const text = new TextDecoder().decode(bytes).replace(/\s+/g, ' ');
    found.push({
      label: vscode.workspace.asRelativePath(path),
      detail: text.length > 200 ? `${text.slice(0, 200)}…` : text,
      content,
      picked: trusted.includes(content),
    });
  }
  if (found.length === 0)
    throw new MagusError('user-input', 'There are no rule files here: AGENTS.md and the like.', { code: 'NO_RULES' });
  const chosen = await vscode.window.showQuickPick(found, {
    canPickMany: true,
    title: 'OpenMagus: Trust Rule Files',
    placeHolder: 'Read them first. What you pick is trusted as long as it stays as it is.',
  });
  if (!chosen) return;
  const { rules } = readSettings();
  const others = (Array.isArray(rules) ? rules : []).filter(
    (rule: unknown) => !found.some(({ content }) => isRule(rule) && rule.content === content),
  );
  await writeRules([...others, ...chosen.map(({ content }) => ({ decide: 'allow', content }))]);
}

function isRule(value: unknown): value is { readonly content?: unknown } {
  return typeof value === 'object' && value !== null;
}
