/** One file of `src`: its path from there, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Layer {
  /** A folder, `adapters/*` for each folder in one, or a file. */
  readonly names: readonly string[];
  /** Names of layers, packages, `node:*`; `packages` stands for any of them. */
  readonly may: readonly string[];
}

/** What is wrong with a file, in words; empty when nothing is. */
export type HouseRule = (file: SourceFile) => readonly string[];

/** The table of layers as the architecture page has it. */
export function readLayers(page: string): readonly Layer[] {
  const table = page.slice(page.indexOf('| folder or file | may import |'));
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2);
  return rows.map((row) => {
    const [, names = '', may = ''] = row.split('|');
    return { names: quoted(names), may: [...quoted(may), ...(/\bpackages\b(?!:)/.test(may) ? ['packages'] : [])] };
  });
}

/** Imports stay inside what the layer may import, and an adapter never imports another. */
export function layerRule(layers: readonly Layer[]): HouseRule {
  return ({ path, text }) => {
    const own = layerOf(path, layers);
    if (own === undefined) return [`${path} is in no layer of the table`];
    return importsOf(text).flatMap((target) => {
      const found = target.startsWith('.') ? resolveImport(path, target) : target;
      const layer = target.startsWith('.') ? layerOf(found, layers) : undefined;
      const inside = layer !== undefined && layer.name === own.name;
      const allowed = inside || mayImport(own.layer, layer?.pattern ?? found, target.startsWith('.'));
      return allowed ? [] : [`${path} imports ${found}`];
    });
  };
}

/** The core has no clock, process, network or chance of its own: these come through its ports. */
export const pureCore: HouseRule = ({ path, text }) => {
  if (!path.startsWith('core/')) return [];
  const used =
    /(?<![.\w'`])(?:(process|Buffer|performance|globalThis|console)(?=[.[])|(setTimeout|setInterval|setImmediate|fetch|Math\.random|Date\.now)(?=\())/g;
  return [...codeOf(text).matchAll(used)].map((found) => `${path} uses ${found[0]}`);
};

export const ownErrors: HouseRule = ({ path, text }) =>
  /\bthrow new [A-Za-z]*Error\(/.test(codeOf(text).replaceAll('throw new MagusError(', ''))
    ? [`${path} throws something other than a MagusError`]
    : [];

export const noDefaultExport: HouseRule = ({ path, text }) =>
  /^export default\b|^export \{[^}]*\bas default\b/m.test(codeOf(text)) ? [`${path} has a default export`] : [];

export const noBarrel: HouseRule = ({ path, text }) => {
  if (/(^|\/)index\.tsx?$/.test(path)) return [`${path} is named like a barrel`];
  const statements = codeOf(text).trim();
  const rest = statements.replace(/^export (type )?(\*|\{[^}]*\})( as \w+)? from '[^']*';$/gm, '').trim();
  return statements !== '' && rest === '' ? [`${path} only passes on what others export`] : [];
};

export const tellingNames: HouseRule = ({ path }) => {
  const vague = /^(utils?|common|helpers?|misc|shared|lib|manager)$/;
  const parts = path.replace(/\.tsx?$/, '').split('/');
  const bad = parts.find((part) => vague.test(part) || /-(utils?|helpers?|manager)$/.test(part));
  return bad === undefined ? [] : [`${path}: ${bad} says nothing`];
};

/** At most 300 lines and, composition roots aside, 15 imports. */
export const livableSize: HouseRule = ({ path, text }) => {
  const lines = text.trimEnd().split('\n').length;
  const imports = codeOf(text).match(/^import\b/gm)?.length ?? 0;
  const root = ['extension.ts', 'cli.ts', 'compose.ts', 'built-in-tools.ts'].includes(path);
  return [
    ...(lines > 300 ? [`${path} has ${lines} lines`] : []),
    ...(imports > 15 && !root ? [`${path} has ${imports} imports`] : []),
  ];
};

/** Every module that a file names: imports, type imports, re-exports, dynamic imports, `import('…').Type`. */
export function importsOf(text: string): readonly string[] {
  const code = withoutComments(text);
  const forms = [
    /^(?:import|export)\s[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map((found) => found[1] ?? ''));
}

function layerOf(
  path: string,
  layers: readonly Layer[],
): { readonly name: string; readonly pattern: string; readonly layer: Layer } | undefined {
  const [first = '', second = ''] = path.split('/');
  for (const layer of layers) {
    for (const pattern of layer.names) {
      const name = pattern.endsWith('/*') ? `${first}/${second}` : first;
      if (pattern === first || (pattern === `${first}/*` && second !== '')) return { name, pattern, layer };
    }
  }
  return undefined;
}

function mayImport({ names, may }: Layer, target: string, own: boolean): boolean {
  if (names.includes(target)) return false;
  if (may.includes(target)) return true;
  if (own) return false;
  if (target.startsWith('node:')) return may.includes('node:*');
  return target !== 'vscode' && may.includes('packages');
}

function resolveImport(from: string, target: string): string {
  return new URL(target, `file:///${from}`).pathname.slice(1);
}

function quoted(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((found) => found[1] ?? '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, '');
}

/** Without comments and without what strings say; good enough for text that a formatter has laid out. */
function codeOf(text: string): string {
  return withoutComments(text).replace(/'(?:[^'\\\n]|\\.)*'/g, (found) => (found.includes('/') ? found : "''"));
}
