import type { RuleText } from '../../protocol/task-event.ts';
import type { ContextItem } from '../../protocol/task-start.ts';
import type { Ports } from '../ports.ts';
import { isBelow } from '../security/canonical-path.ts';
import { fixedPart } from '../task/plan-graph.ts';
import { resolvePath } from '../tools/resolve-path.ts';

export const ruleFiles = ['AGENTS.md', 'CLAUDE.md', '.github/copilot-instructions.md'];
/** Characters of all rules of one reading together: the nearest have them first. */
const mostCharacters = 32_000;
const mostFolders = 60;

/**
 * The rule files of the workspace folders and of every folder between them and these places, nearest first, so that a model
 * reads the most particular one first and what does not fit is the most general. Those in `known` are left out.
 */
export async function readRules(
  ports: Ports,
  roots: readonly string[],
  places: readonly string[],
  known: readonly RuleText[] = [],
): Promise<readonly RuleText[]> {
  const found: RuleText[] = [];
  let left = mostCharacters;
  for (const folder of foldersOf(roots, places)) {
    for (const name of ruleFiles) {
      const place = await resolvePath(ports, roots, `${folder}/${name}`);
      if (place.kind !== 'file' || place.zone !== 'workspace' || left <= 0) continue;
      const path = roots.length > 1 ? place.real : place.shown;
      if ([...known, ...found].some((rule) => rule.path === path)) continue;
      const bytes = await ports.files.read(place.real, 1_000_000).catch(() => undefined);
      const text = bytes && new TextDecoder().decode(bytes).slice(0, left);
      if (!text) continue;
      found.push({ path, text, ...(isTrusted(ports, bytes) ? {} : { untrusted: true }) });
      left -= text.length;
    }
  }
  return found;
}

/** Trust is in a text, not in a name: a rule file that has changed is looked at anew. */
function isTrusted({ hash, policy }: Ports, content: Uint8Array): boolean {
  const sha256 = hash.sha256(content);
  return policy().rules.some((rule) => rule.decide === 'allow' && rule.content === sha256);
}

/** The real paths of what the user pointed at, as far as it lies in the workspace. */
export async function mentionedPlaces(
  ports: Ports,
  roots: readonly string[],
  context: readonly ContextItem[],
): Promise<readonly string[]> {
  const labels = context.flatMap(({ kind, label }) => {
    if (kind === 'selection') return [label.replace(/[:#]L?\d+(-L?\d+)?$/, '')];
    return kind === 'file' || kind === 'folder' ? [label] : [];
  });
  const found: string[] = [];
  for (const label of labels) {
    // With several folders a label begins with the name of its folder.
    const candidates = roots.flatMap((root) => [`${root}/${label}`, `${parentOf(root)}/${label}`]);
    for (const candidate of [label, ...candidates]) {
      const place = await resolvePath(ports, roots, candidate).catch(() => undefined);
      if (place?.zone !== 'workspace' || place.kind === 'none') continue;
      found.push(place.kind === 'directory' ? `${place.real}/` : place.real);
      break;
    }
  }
  return found;
}

/** Where a step's globs may write, as far as that is known without looking. */
export async function placesWritten(
  ports: Ports,
  roots: readonly string[],
  globs: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    globs.map(async (glob) => {
      const fixed = fixedPart(glob);
      const folder = fixed === glob && !fixed.endsWith('/') ? fixed : fixed.slice(0, fixed.lastIndexOf('/') + 1);
      const place = await resolvePath(ports, roots, folder || '.').catch(() => undefined);
      if (place?.zone !== 'workspace') return [];
      return [place.kind === 'directory' || folder.endsWith('/') ? `${place.real}/` : place.real];
    }),
  );
  return found.flat();
}

/** Real paths, deepest first; the workspace folders themselves are always there. */
function foldersOf(roots: readonly string[], places: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const place of places) {
    const root = roots.find((candidate) => isBelow(place, candidate));
    if (root === undefined) continue;
    for (let folder = parentOf(place); folder.length > root.length; folder = parentOf(folder)) folders.add(folder);
  }
  const deepest = [...folders].sort((one, other) => other.split('/').length - one.split('/').length);
  return [...deepest.slice(0, mostFolders), ...roots];
}

/** Of a folder written with a slash at its end: the folder itself. */
function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
