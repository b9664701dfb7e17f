import type { BrowserAnswer, BrowserWork } from '../../core/browser-port.ts';
import type { Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import { redact } from '../../core/security/redact.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { ToolResult, ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';
import { changeFiles, largestFile } from '../files/change-files.ts';

interface Called {
  /** For the model: what the page says, without keys. */
  readonly result: ToolResult;
  readonly answer: BrowserAnswer;
}

/** One call on the task's page. */
export async function pageCall(
  ports: Ports,
  scope: ToolScope,
  { work, authorized }: { readonly work: BrowserWork; readonly authorized: Authorized },
  signal: AbortSignal,
): Promise<Called> {
  const answer = await ports.browser.perform({ authorized, taskId: scope.taskId }, work, signal);
  return { result: { ok: true, content: redact(answer.text, ports.secrets()) }, answer };
}

export async function saveEffects(
  ports: Ports,
  scope: ToolScope,
  path: string | undefined,
): Promise<readonly Effect[]> {
  return path === undefined ? [] : [fileEffect('write', await resolvePath(ports, scope.roots, path))];
}

/** Puts what the browser brought into a file of the workspace, by the way that every write goes. */
export async function saved(
  ports: Ports,
  scope: ToolScope,
  { result, answer }: Called,
  { path, authorized }: { readonly path: string | undefined; readonly authorized: Authorized },
): Promise<ToolResult> {
  if (path === undefined || !answer.file) return result;
  const file = await resolvePath(ports, scope.roots, path);
  const before = file.kind === 'none' ? null : await ports.files.read(file.real, largestFile);
  const after = answer.file.content;
  const changes = await changeFiles(ports, scope, [{ path: file.real, before, after }], authorized);
  return { ok: true, content: `Wrote ${after.length} bytes to ${file.shown}.`, changes };
}
