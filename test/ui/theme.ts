import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame } from 'playwright-core';

export const themes = {
  light: { id: 'Light 2026', sign: 'vscode-light' },
  dark: { id: 'Dark 2026', sign: 'vscode-dark' },
  contrast: { id: 'Default High Contrast', sign: 'vscode-high-contrast' },
} as const;
export type ThemeName = keyof typeof themes;

/**
 * Changes the theme and waits until the chat wears it. A window that has just opened does not watch its settings yet, so
 * they are written until it heeds them: after this, every change of a setting arrives.
 */
export async function wear(
  chat: () => Frame,
  name: ThemeName,
  change: (settings: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const { id, sign } = themes[name];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await change({ 'workbench.colorTheme': id });
    for (let look = 0; look < 40; look += 1) {
      const worn = await chat().evaluate<string>('document.body.className');
      if (worn.split(' ').includes(sign)) return;
      await sleep(25);
    }
  }
  throw new Error(`The window does not take the theme ${id}.`);
}
