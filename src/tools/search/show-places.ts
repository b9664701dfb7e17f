import type { CodePlace } from '../../core/editor-port.ts';
import type { Ports } from '../../core/ports.ts';
import { pathBelow } from '../../core/security/canonical-path.ts';
import { secretName } from '../../core/security/secret-paths.ts';
import { type ResolvedPath, resolvePath } from '../../core/tools/resolve-path.ts';

const longestLine = 200;
const longestName = 300;
const largestFile = 2 * 1024 * 1024;

interface KnownFile {
  readonly shown: string;
  /** undefined: its text is not to be shown. */
  readonly lines: readonly string[] | undefined;
}

/**
 * Places as `path:line: text`, grouped by file. The text is read here, not taken from whoever named the place: of a file
 * outside the workspace, and of one that holds secrets, the place alone is told.
 */
export function placeShower(
  ports: Ports,
  roots: readonly string[],
): { all(places: readonly CodePlace[]): Promise<readonly string[]> } {
  const files = new Map<string, Promise<KnownFile>>();
  const fileOf = (place: string): Promise<KnownFile> => {
    const known = files.get(place) ?? knownFile(ports, roots, place);
    files.set(place, known);
    return known;
  };
  return {
    all: async (places) => {
      const shown: { readonly path: string; readonly text: string }[] = [];
      for (const place of places) {
        const { shown: path, lines } = await fileOf(place.place);
        shown.push({ path, text: showPlace(path, lines, place) });
      }
      return [...Map.groupBy(shown, ({ path }) => path).values()].flat().map(({ text }) => text);
    },
  };
}

function showPlace(path: string, lines: KnownFile['lines'], { line, name, depth }: CodePlace): string {
  const where = `${path}:${line}`;
  if (lines === undefined) return `${where} (text not shown)`;
  const text = (lines[line - 1] ?? '').trim().slice(0, longestLine);
  const named = name === undefined ? '' : depth === undefined ? ` [in ${name.slice(0, longestName)}]` : '';
  const indent = '  '.repeat(Math.min(depth ?? 0, 20));
  return `${where}: ${indent}${text}${named}`;
}

async function knownFile(ports: Ports, roots: readonly string[], place: string): Promise<KnownFile> {
  const file = await resolvePath(ports, roots, place).catch(() => undefined);
  if (!file || !/^(?:\/|[A-Za-z]:[\\/])/.test(place))
    return { shown: `outside the workspace: ${place.slice(0, longestName)}`, lines: undefined };
  if (file.zone === 'outside')
    return { shown: `outside the workspace: ${file.shown.slice(0, longestName)}`, lines: undefined };
  // A relative path of the model starts at the first folder.
  const shown = pathBelow(file.real, roots[0] ?? '', ports.files.platform ?? 'posix') ?? file.real;
  return { shown, lines: secretName(file.shown) === undefined ? await linesOf(ports, file) : undefined };
}

async function linesOf({ files }: Ports, { real }: ResolvedPath): Promise<readonly string[] | undefined> {
  try {
    return new TextDecoder().decode(await files.read(real, largestFile)).split(/\r?\n/);
  } catch {
    // Gone by now, or too large: the place is told without its text.
    return undefined;
  }
}
