import { takeCoverage } from 'node:v8';

/** What VS Code calls inside its extension host; which tests run depends on what is open in the window. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: false, forbidOnly: true });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  const window = process.env['OPENMAGUS_TEST_WINDOW'] ?? 'folder';
  if (window === 'folder') await import('./suite/folder-window.ts');
  else if (window === 'empty') await import('./suite/empty-window.ts');
  else if (window === 'many') await import('./suite/many-folders-window.ts');
  else if (window === 'restricted') await import('./suite/restricted-window.ts');
  else throw new Error(`OPENMAGUS_TEST_WINDOW is folder, empty, many or restricted, not ${window}.`);
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  takeCoverage();
  if (failures > 0) throw new Error(`${failures} failing`);
}
