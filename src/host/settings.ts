import * as vscode from 'vscode';
import type { ApprovalMode } from '../protocol/task-start.ts';

export const secretName = 'openmagus.model.apiKey';

export interface Settings {
  readonly endpoint: { readonly baseURL: string; readonly model: string; readonly contextTokens?: number } | undefined;
  readonly approvals: ApprovalMode;
}

/** Only values of the user or the machine count: a workspace cannot redirect a key or loosen a rule. */
export function readSettings(): Settings {
  const baseURL = ownValue('model.baseUrl', '').trim();
  const model = ownValue('model.name', '').trim();
  const contextTokens = ownValue('model.contextTokens', 0);
  const approvals = ownValue<string>('approvals', 'ask');
  return {
    endpoint: baseURL && model ? { baseURL, model, ...(contextTokens > 0 ? { contextTokens } : {}) } : undefined,
    approvals: approvals === 'edits' || approvals === 'auto' ? approvals : 'ask',
  };
}

function ownValue<T>(name: string, fallback: T): T {
  const found = vscode.workspace.getConfiguration('openmagus').inspect<T>(name);
  return found?.globalValue ?? found?.defaultValue ?? fallback;
}
