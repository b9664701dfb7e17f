import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const projectFolder = path.resolve(import.meta.dirname, '..', '..');
const textOf = (file: string): string => readFileSync(path.join(projectFolder, file), 'utf8');

interface Manifest {
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
    readonly virtualWorkspaces: { readonly supported: string };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon?: string }[]>>;
    readonly viewsContainers: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly menus: Readonly<
      Record<string, readonly { readonly command?: string; readonly submenu?: string; readonly when?: string }[]>
    >;
    readonly submenus: readonly { readonly id: string }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly default: unknown; readonly scope: string; readonly markdownDescription: string }>
      >;
    };
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: Readonly<Record<string, string>>;
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
}

const manifest = JSON.parse(textOf('package.json')) as Manifest;
const { contributes } = manifest;
const sources = globSync('src/**/*.{ts,tsx}', { cwd: projectFolder }).map((file) => ({ file, text: textOf(file) }));
const everything = sources.map(({ text }) => text).join('\n');

/** Registered for OpenMagus's own use: they take arguments that a person cannot give. */
const internalCommands: readonly string[] = [];
const contributed = contributes.commands.map(({ command }) => command);
const settings = Object.entries(contributes.configuration.properties);

describe('the manifest and the code', () => {
  it('has found the sources', () => {
    assert.ok(sources.length > 100, String(sources.length));
  });

  it('contribute and register the same commands', () => {
    const registered = [
      ...matches(textOf('src/host/commands.ts'), /^ {2}'(openmagus\.[\w.]+)': ?/gm),
      ...matches(everything, /registerCommand\(\s*'([^']+)'/g),
    ];
    assert.ok(registered.length >= 15, String(registered.length));
    assert.deepEqual(
      registered.filter((command) => !internalCommands.includes(command)).sort(),
      [...contributed].sort(),
    );
    assert.deepEqual(
      internalCommands.filter((command) => contributed.includes(command)),
      [],
    );
  });

  it('name only commands that there are', () => {
    const named = matches(everything, /executeCommand(?:<[^>]*>)?\(\s*'(openmagus\.[\w.]+)'/g);
    const links = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...steps().map(({ description }) => description),
    ].flatMap((text) => matches(text, /\(command:([\w.]+)/g));
    const inMenus = Object.values(contributes.menus).flatMap((entries) =>
      entries.flatMap(({ command }) => command ?? []),
    );
    const done = steps().flatMap(({ completionEvents }) =>
      completionEvents.flatMap((event) => matches(event, /^onCommand:(.*)$/g)),
    );
    for (const command of [...named, ...links, ...inMenus, ...done].filter((name) => name.startsWith('openmagus.')))
      assert.ok(contributed.includes(command) || isViewCommand(command), command);
  });

  it('put every command into the category of its product, with a title of its own', () => {
    assert.deepEqual(new Set(contributes.commands.map(({ category }) => category)), new Set(['OpenMagus']));
    assert.equal(new Set(contributes.commands.map(({ title }) => title)).size, contributed.length);
  });

  it('contribute and read the same settings, with the same defaults', () => {
    const readers = sources.filter(({ text }) => text.includes("getConfiguration('openmagus"));
    assert.deepEqual(
      readers.map(({ file }) => file),
      ['src/host/settings.ts'],
    );
    const table = /settingDefaults = \{([\s\S]*?)\n\}/.exec(textOf('src/host/settings.ts'))?.[1] ?? '';
    const read = Object.fromEntries(
      [...table.matchAll(/^ {2}'?([\w.]+)'?: (.*),$/gm)].map(([, name, value]) => [
        `openmagus.${name}`,
        JSON.parse((value ?? '').replaceAll("'", '"')) as unknown,
      ]),
    );
    assert.deepEqual(read, Object.fromEntries(settings.map(([name, { default: usual }]) => [name, usual])));
  });

  it('let no workspace change a setting', () => {
    assert.deepEqual(
      settings.filter(([, { scope }]) => scope !== 'machine').map(([name]) => name),
      [],
    );
    assert.deepEqual(
      [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(),
      settings.map(([name]) => name).sort(),
    );
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, 'limited');
    for (const [name, { markdownDescription }] of settings) assert.match(markdownDescription, /\.$/, name);
  });

  it('contribute and provide the same views', () => {
    const provided = matches(everything, /(?:registerWebviewViewProvider|createTreeView(?:<\w+>)?)\(\s*'([^']+)'/g);
    const views = Object.values(contributes.views).flat();
    assert.deepEqual(provided.sort(), views.map(({ id }) => id).sort());
    for (const { view } of contributes.viewsWelcome)
      assert.ok(
        views.some(({ id }) => id === view),
        view,
      );
    const containers = Object.values(contributes.viewsContainers).flat();
    assert.deepEqual(
      Object.keys(contributes.views),
      containers.map(({ id }) => id),
    );
  });

  it('use the same context keys', () => {
    const conditions = [
      ...Object.values(contributes.menus).flatMap((entries) => entries.map(({ when }) => when ?? '')),
      ...contributes.viewsWelcome.map(({ when }) => when ?? ''),
    ].join(' ');
    const views = Object.values(contributes.views).flatMap((entries) => entries.map(({ id }) => id));
    const used = matches(conditions, /\b(openmagus\.\w+)/g).filter((key) => !views.includes(key));
    const set = matches(everything, /'setContext',\s*'([^']+)'/g);
    assert.deepEqual([...new Set(used)].sort(), [...new Set(set)].sort());
  });

  it('name files that exist', () => {
    const icons = [
      ...Object.values(contributes.viewsContainers).flatMap((entries) => entries.map(({ icon }) => icon)),
      ...Object.values(contributes.views).flatMap((entries) => entries.map(({ icon }) => icon)),
      ...steps().flatMap(({ media }) => Object.values(media)),
    ].filter((file) => file !== undefined);
    assert.ok(icons.length >= 5);
    for (const file of icons) assert.ok(existsSync(path.join(projectFolder, file)), file);
    assert.match(textOf('esbuild.js'), new RegExp(`${path.basename(manifest.main, '.js')}: 'src/extension\\.ts'`));
  });

  it('guide a newcomer in at most six steps', () => {
    assert.ok(steps().length >= 3 && steps().length <= 6, String(steps().length));
    for (const { completionEvents } of steps())
      for (const name of completionEvents.flatMap((event) => matches(event, /^onSettingChanged:(.*)$/g)))
        assert.ok(
          settings.some(([setting]) => setting === name),
          name,
        );
  });

  it('wake up once VS Code has started, and for nothing else', () => {
    assert.deepEqual(manifest.activationEvents, ['onStartupFinished']);
  });

  it('are written against the oldest VS Code they run in', () => {
    assert.equal(manifest.devDependencies['@types/vscode'], manifest.engines.vscode.replace('^', ''));
    const installed = JSON.parse(textOf('node_modules/@types/vscode/package.json')) as { version: string };
    assert.equal(installed.version, manifest.devDependencies['@types/vscode']);
  });
});

function steps() {
  return contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
}

/** VS Code makes these for every view. */
function isViewCommand(command: string): boolean {
  return (
    command.endsWith('.focus') &&
    Object.values(contributes.views)
      .flat()
      .some(({ id }) => `${id}.focus` === command)
  );
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found]) => found ?? '');
}
