import type { Locator } from 'playwright-core';
import type { BrowserWork } from '../../core/browser-port.ts';

/** One statement of a Playwright test for an act, with the locator that Playwright itself would recommend. */
export async function codeOf(
  locator: Locator | undefined,
  { action, value = '', files = [] }: Extract<BrowserWork, { readonly do: 'act' }>,
): Promise<string> {
  if (locator === undefined) return `await page.keyboard.press(${JSON.stringify(value)});`;
  const place = `page.${String(await locator.normalize().catch(() => locator))}`;
  const isPassword = await locator
    .evaluate((element) => (element as HTMLInputElement).type === 'password')
    .catch(() => false);
  const text = isPassword ? "process.env['TEST_PASSWORD'] ?? ''" : JSON.stringify(value);
  switch (action) {
    case 'click':
      return `await ${place}.click();`;
    case 'type':
      return `await ${place}.fill(${text});`;
    case 'select':
      return `await ${place}.selectOption(${text});`;
    case 'press':
      return `await ${place}.press(${text});`;
    case 'upload':
      return `await ${place}.setInputFiles(${JSON.stringify(files.map(({ name }) => name))});`;
    default:
      return action satisfies never;
  }
}

/** The whole run as a file for `npx playwright test`. */
export function testFile(statements: readonly string[], title: string): string {
  const body = statements.map((statement) => `  ${statement}`).join('\n');
  return `import { expect, test } from '@playwright/test';\n\ntest('recorded with OpenMagus', async ({ page }) => {\n${body}\n  await expect(page).toHaveTitle(${JSON.stringify(title)});\n});\n`;
}
