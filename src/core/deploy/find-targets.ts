import { parseInWords } from '../errors/parse-in-words.ts';
import type { FileSystem } from '../ports.ts';
import { pathBelow } from '../security/canonical-path.ts';
import { deployFile, kindNames, parseDeployFile, type TargetSettings, targetSettingsSchema } from './deploy-file.ts';
import type { DeployKind, Look } from './deploy-kind.ts';
import { kinds } from './kinds.ts';

export interface FoundTarget {
  readonly name: string;
  readonly kind: DeployKind;
  readonly settings: TargetSettings;
  /** Real path of its workspace folder. */
  readonly root: string;
  /** What the project must still say of it in its file. */
  readonly lacking: readonly string[];
  /** The project's own file names it. */
  readonly named: boolean;
}

export interface FoundTargets {
  readonly targets: readonly FoundTarget[];
  readonly faults: readonly string[];
}

const mostNames = 500;
const largestText = 200_000;

/** The targets of the workspace: those that its file names, and of the kinds it says nothing about those that show by themselves. */
export async function findTargets(files: FileSystem, roots: readonly string[]): Promise<FoundTargets> {
  const targets: FoundTarget[] = [];
  const faults: string[] = [];
  for (const root of roots) {
    const look = lookAt(files, root);
    const text = await look.text(deployFile);
    const named = text === undefined ? { targets: {}, faults: [] } : parseDeployFile(text);
    faults.push(...named.faults.map((fault) => `${deployFile}: ${fault}`));
    const add = (name: string, settings: TargetSettings, isNamed: boolean): void => {
      const kind = kinds[settings.kind];
      const lacking = kind.needs.filter((need) => settings[need] === undefined);
      if (targets.some((other) => other.name === name))
        faults.push(`There are two targets ${name}; the first one counts.`);
      else targets.push({ name, kind, settings, root, lacking, named: isNamed });
    };
    for (const [name, settings] of Object.entries(named.targets)) add(name, settings, true);
    const said = new Set(Object.values(named.targets).map(({ kind }) => kind));
    // Both read the same files.
    if (said.has('tofu')) said.add('terraform');
    for (const kind of kindNames.filter((kind) => !said.has(kind)))
      for (const [name, settings] of Object.entries(await kinds[kind].detect(look))) {
        const parsed = parseInWords(targetSettingsSchema, { ...settings, kind }, name);
        if (parsed.ok) add(name, parsed.value, false);
        else faults.push(`${name} (${kind}) cannot be used: ${parsed.faults.join('; ')}`);
      }
  }
  return { targets, faults };
}

function lookAt(files: FileSystem, root: string): Look {
  const at = (path: string): string => (path === '.' ? root : `${root}/${path}`);
  const inside = async (path: string): Promise<string | undefined> => {
    const { real } = await files.facts(at(path));
    return pathBelow(real, root, files.platform ?? 'posix') === undefined ? undefined : real;
  };
  return {
    has: async (path) => (await files.facts(at(path))).kind === 'file',
    text: async (path) => {
      const real = await inside(path);
      const bytes = real === undefined ? undefined : await files.read(real, largestText).catch(() => undefined);
      return bytes && new TextDecoder().decode(bytes);
    },
    names: async (folder) => {
      const real = await inside(folder);
      const found = real === undefined ? [] : ((await files.entries(real, mostNames)) ?? []);
      return found
        .filter(({ kind }) => kind === 'file')
        .map(({ name }) => name)
        .sort();
    },
  };
}
