import * as vscode from 'vscode';
import type { SecuritySettings } from '../protocol/security-settings.ts';
import type { ApprovalMode, TaskLimits } from '../protocol/task-start.ts';

export interface Settings {
  /** As written; unchecked. */
  readonly models: unknown;
  readonly approvals: ApprovalMode;
  readonly limits: TaskLimits;
  readonly security: SecuritySettings;
  /** As written; unchecked. */
  readonly rules: unknown;
  /** Servers by name, as written; unchecked. */
  readonly mcpServers: unknown;
  /** APIs by name, as written; unchecked. */
  readonly apis: unknown;
  /** May the workspace's files be indexed? */
  readonly index: boolean;
  readonly lessons: boolean;
}

/** Every setting with what holds when it is not set; package.json declares the same. */
export const settingDefaults = {
  models: {},
  approvals: 'ask',
  sandbox: 'auto',
  allowedHosts: [],
  productionEnvironments: [],
  'browser.path': '',
  'browser.visible': false,
  rules: [],
  mcpServers: {},
  apis: {},
  'limits.turns': 100,
  'limits.usd': 0,
  'limits.minutes': 0,
  'index.enabled': true,
  'memory.lessons': true,
} as const;

/** Only values of the user or the machine count: a workspace cannot redirect a key or loosen a rule. */
export function readSettings(): Settings {
  const approvals = text('approvals');
  return {
    models: ownValue('models'),
    approvals: approvals === 'edits' || approvals === 'auto' ? approvals : 'ask',
    limits: limits(),
    security: security(),
    rules: ownValue('rules'),
    mcpServers: ownValue('mcpServers'),
    apis: ownValue('apis'),
    index: ownValue('index.enabled') !== false,
    lessons: ownValue('memory.lessons') !== false,
  };
}

function security(): SecuritySettings {
  return {
    sandbox: text('sandbox') === 'off' ? 'off' : 'auto',
    secretHosts: {},
    allowedHosts: names('allowedHosts'),
    productionEnvironments: names('productionEnvironments'),
    browser: { path: text('browser.path') || undefined, visible: ownValue('browser.visible') === true },
  };
}

function names(setting: SettingName): string[] {
  const written = ownValue(setting);
  const each: readonly unknown[] = Array.isArray(written) ? written : [];
  return each.filter((name): name is string => typeof name === 'string' && name !== '');
}

/** Into the user's own settings, where alone they count. */
export async function writeModels(models: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('openmagus').update('models', models, vscode.ConfigurationTarget.Global);
}

export async function writeRules(rules: readonly unknown[]): Promise<void> {
  await vscode.workspace.getConfiguration('openmagus').update('rules', rules, vscode.ConfigurationTarget.Global);
}

export async function addRule(rule: unknown): Promise<void> {
  const { rules } = readSettings();
  await writeRules([...(Array.isArray(rules) ? rules : []), rule]);
}

function limits(): TaskLimits {
  const usd = amount('limits.usd');
  const minutes = amount('limits.minutes');
  return {
    maxTurns: Math.max(1, Math.round(amount('limits.turns'))),
    ...(usd > 0 ? { maxUsd: usd } : {}),
    ...(minutes > 0 ? { timeoutS: minutes * 60 } : {}),
  };
}

type SettingName = keyof typeof settingDefaults;

function text(name: SettingName): string {
  return String(ownValue(name)).trim();
}

function amount(name: SettingName): number {
  const value = Number(ownValue(name));
  return Number.isFinite(value) ? value : Number(settingDefaults[name]);
}

function ownValue(name: SettingName): unknown {
  return vscode.workspace.getConfiguration('openmagus').inspect(name)?.globalValue ?? settingDefaults[name];
}
