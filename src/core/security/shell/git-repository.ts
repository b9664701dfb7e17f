import type { Effect } from '../../../protocol/effects.ts';
import { shownIn, upwards } from '../canonical-path.ts';
import type { Grounds } from './place-effects.ts';

/**
 * What git reads when it looks at the repository of a folder; a text where the repository itself says what else git should do,
 * such as running a program when it shows a difference. That a repository is given in other ways (a bare one, a variable) is
 * prevented when the command runs.
 */
export async function repositoryEffects(
  { files, roots }: Grounds,
  folder: string,
): Promise<readonly Effect[] | string> {
  for (const at of upwards(folder)) {
    const inside = shownIn(at || '/', roots) !== undefined;
    const git = await files.facts(`${at}/.git`);
    if (git.kind === 'none' && git.real === `${at}/.git`) continue;
    if (!inside) return [{ verb: 'read', object: at || '/', zone: 'outside' }];
    if (git.kind !== 'directory' || git.real !== `${at}/.git`) return 'a repository that lies elsewhere';
    const why = (await otherPlace(files, git.real)) ?? (await oddConfiguration(files, at));
    return why ?? [{ verb: 'read', object: at || '/', zone: 'workspace' }];
  }
  return [];
}

async function otherPlace(files: Grounds['files'], git: string): Promise<string | undefined> {
  const entries = await files.entries(git, mostEntries);
  if (entries === undefined) return 'a repository with too much beside its data';
  const other = entries.find(({ name }) => /^(?:commondir|config\.worktree)$/i.test(name));
  return other && `the repository's ${other.name}`;
}

/** Git itself makes some twenty. */
const mostEntries = 1000;

async function oddConfiguration(files: Grounds['files'], repository: string): Promise<string | undefined> {
  const config = await textOf(files, `${repository}/.git/config`);
  const odd = config === undefined ? 'a configuration that cannot be read' : oddGitSetting(config);
  if (odd !== undefined) return `the repository's own configuration (${odd})`;
  const nested = (await textOf(files, `${repository}/.gitmodules`)) ?? 'ignore';
  // Submodules are left out unless they say otherwise.
  return /ignore/i.test(nested) ? 'submodules that want to be looked into' : undefined;
}

async function textOf(files: Grounds['files'], path: string): Promise<string | undefined> {
  const facts = await files.facts(path);
  if (facts.kind === 'none') return '';
  const content = await files.read(facts.real, 200_000).catch(() => undefined);
  return content && new TextDecoder().decode(content);
}

/** The first setting of a git configuration that might make git do more than look; only what is known to be harmless passes. */
export function oddGitSetting(text: string): string | undefined {
  let section = '';
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/\\$/.test(line)) return line.trim().slice(0, 100);
    const header = /^\s*\[([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\]/.exec(line);
    if (header) section = `${header[1]?.toLowerCase()}${header[2] === undefined ? '' : '.*'}`;
    const rest = line.slice(header?.[0].length ?? 0).trim();
    if (rest === '' || /^[#;]/.test(rest)) continue;
    const name = /^([A-Za-z][A-Za-z0-9-]*)\s*(?:=|$)/.exec(rest)?.[1];
    const key = `${section}.${name?.toLowerCase()}`;
    if (name === undefined || !harmless.test(key)) return key.slice(0, 100);
  }
  return undefined;
}

const harmless =
  /^(?:core\.(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|longpaths|quotepath|abbrev|protectntfs|protecthfs|whitespace|bigfilethreshold|compression|untrackedcache|checkstat|trustctime|commentchar|editor)|(?:remote|branch|user|author|committer|init|pull|push|fetch|merge|rebase|gc|advice|alias|lfs|rerere|tag|commit|receive|url|http|credential)(?:\.\*)?\.(?!promisor|partialclonefilter|vcs|uploadpack|receivepack|proxy|gpgsign)[a-z0-9-]+|color(?:\.\*|\.[a-z-]+)?\.[a-z-]+|color\.[a-z.-]+|submodule\.\*\.(?:url|active|branch)|diff\.(?:renames|renamelimit|algorithm|mnemonicprefix|noprefix|colormoved|context|interhunkcontext|wordregex)|log\.(?:date|decorate|abbrevcommit|follow|graphcolors)|status\.(?:short|branch|showstash|relativepaths|aheadbehind|showuntrackedfiles))$/;
