import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import type { BrowserSettings } from './adapters/browser/process-browser.ts';
import { webClient } from './adapters/net/web-client.ts';
import { MagusError } from './core/errors/magus-error.ts';
import { parseJson } from './core/parse-json.ts';
import { lazySandbox } from './core/security/lazy-sandbox.ts';
import type { PolicySettings } from './core/security/policy.ts';
import type { Sandbox } from './core/security/sandbox.ts';
import { parseRules } from './core/security/user-rules.ts';
import type { Web } from './core/web-port.ts';
import type { PolicyRule } from './protocol/policy-rules.ts';
import { type SecuritySettings, securitySettingsSchema } from './protocol/security-settings.ts';

interface PolicyParts {
  readonly home: string;
  readonly ripgrep: readonly string[];
  readonly rules?: () => readonly PolicyRule[];
  readonly security?: () => SecuritySettings;
  /** The value of a named secret. */
  readonly secretOf: (name: string) => Promise<string | undefined>;
}

interface ComposedPolicy {
  readonly policy: () => PolicySettings;
  readonly sandbox: Sandbox;
  readonly web: Web;
  readonly browserSettings: () => BrowserSettings;
}

/** What the user says, in the data folder and in settings, and the sandbox, which is loaded when a command first asks for it. */
export function composePolicy(parts: PolicyParts): ComposedPolicy {
  const { home, ripgrep } = parts;
  const rules = rulesOfHome(home);
  const own = securityOfHome(home);
  const hosts = (): readonly string[] => [...own.allowedHosts, ...(parts.security?.().allowedHosts ?? [])];
  const sandbox = lazySandbox(
    async () => {
      const { sandboxRuntime } = await import('./adapters/sandbox/sandbox-runtime.ts');
      const found = ripgrep.find((file) => existsSync(file));
      const settings = { home: homedir(), ownData: home, allowedHosts: hosts, reads: own.sandboxReads ?? [] };
      return sandboxRuntime({ ...settings, ...(found === undefined ? {} : { ripgrep: found }) });
    },
    () => own.sandbox === 'off' || parts.security?.().sandbox === 'off',
  );
  const hostOfSecret = (name: string): string | undefined =>
    Object.hasOwn(own.secretHosts, name) ? own.secretHosts[name] : undefined;
  const web = webClient({ listed: hosts, secretOf: parts.secretOf, hostOfSecret });
  const policy = (): PolicySettings => ({
    rules: [...rules, ...(parts.rules?.() ?? [])],
    hosts: hosts(),
    production: [...own.productionEnvironments, ...(parts.security?.().productionEnvironments ?? [])],
  });
  const browserSettings = (): BrowserSettings => {
    const { path: program, visible = false, sandbox: its } = { ...own.browser, ...parts.security?.().browser };
    return { path: program, visible, sandbox: its !== 'off' };
  };
  return { policy, sandbox, web, browserSettings };
}

/** The user's rules in their data folder, for VS Code and the command line alike. Throws `configuration` where they are wrong. */
function rulesOfHome(home: string): readonly PolicyRule[] {
  const text = textOf(path.join(home, 'rules.json'));
  return text === undefined ? [] : parseRules(text, 'rules.json');
}

/** `security.json` of the data folder, for VS Code and the command line alike. Throws `configuration` where it is wrong. */
function securityOfHome(home: string): SecuritySettings {
  const text = textOf(path.join(home, 'security.json'));
  const parsed = z.safeParse(securitySettingsSchema, text === undefined ? {} : parseJson(text));
  if (parsed.success) return parsed.data;
  throw new MagusError(
    'configuration',
    `security.json is not right:\n${z.prettifyError(parsed.error)}\nMend it or remove it; it lies in ${home}.`,
    { code: 'BAD_SECURITY_SETTINGS' },
  );
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
