import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseRules } from './core/security/user-rules.ts';
import type { PolicyRule } from './protocol/policy-rules.ts';

/** The user's rules in their data folder, for VS Code and the command line alike. Throws `configuration` where they are wrong. */
export function rulesOfHome(home: string): readonly PolicyRule[] {
  let text: string;
  try {
    text = readFileSync(path.join(home, 'rules.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return parseRules(text, 'rules.json');
}
