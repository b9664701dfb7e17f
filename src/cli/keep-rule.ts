import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseRules } from '../core/security/user-rules.ts';
import { dataHome } from '../data-home.ts';
import type { PolicyRule } from '../protocol/policy-rules.ts';

/** Adds a rule to `rules.json` of the data folder. Throws `configuration` where that is wrong, and changes nothing then. */
export async function keepRule(rule: PolicyRule): Promise<void> {
  const file = path.join(dataHome(), 'rules.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  const rules = [...parseRules(text, 'rules.json'), rule];
  await mkdir(dataHome(), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(rules, null, 2)}\n`, { mode: 0o600 });
  await rename(fresh, file);
}
