import type { Locator, Page } from 'playwright-core';
import type { ActTarget, BrowserWork } from '../../core/browser-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import { actTarget, elementOf, takesFiles } from './act-target.ts';
import { originOf } from './origin-of.ts';
import { codeOf } from './recording.ts';
import type { SendGuard } from './send-guard.ts';

type Act = Extract<BrowserWork, { readonly do: 'act' }>;
export interface Acted {
  /** For the model: `Clicked button "Save".` */
  readonly said: string;
  /** For a recording: one statement of Playwright. */
  readonly code: string;
}

/** Does it, once the page still has what was decided on. Throws `tool-failed` CHANGED, NOT_REACHED; `tool-input` BAD_VALUE. */
export async function act(page: Page, work: Act, sending: SendGuard): Promise<Acted> {
  const target = await actTarget(page, work);
  if (target.digest !== work.expects)
    throw new MagusError(
      'tool-failed',
      `The page has changed ${target.element} since this was decided, so nothing was done. Look with browser_snapshot and try again.`,
      { code: 'CHANGED' },
    );
  const locator = work.ref === undefined ? undefined : await elementOf(page, work.ref);
  const code = await codeOf(locator, work);
  if (work.sends) sending.allow((address) => goesWhereShown(target, address));
  try {
    await perform(page, locator, work);
  } catch (caught) {
    throw failed(caught, target.element);
  }
  return { said: `${words[work.action]} ${target.element}.`, code };
}

/** What was asked about: the form's own address, or where no form was seen, the host of the page. */
function goesWhereShown({ form, url }: ActTarget, address: string): boolean {
  if (form === undefined) return originOf(new URL(address)) === originOf(new URL(url));
  return address.replace(/#.*$/, '') === form.action.replace(/#.*$/, '');
}

const words = {
  click: 'Clicked',
  type: 'Typed into',
  select: 'Selected in',
  press: 'Pressed the key on',
  upload: 'Gave files to',
} as const;

async function perform(
  page: Page,
  locator: Locator | undefined,
  { action, value = '', files = [] }: Act,
): Promise<void> {
  if (locator === undefined) {
    if (action !== 'press')
      throw new MagusError('tool-input', `Give the ref of the element for ${action}.`, { code: 'NO_REF' });
    return page.keyboard.press(value);
  }
  switch (action) {
    case 'click':
      return locator.click();
    case 'type':
      return type(page, locator, value);
    case 'select':
      return select(locator, value);
    case 'press':
      return locator.press(value);
    case 'upload': {
      const given = files.map(({ name, content }) => ({
        name,
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(content),
      }));
      if (await takesFiles(locator)) return locator.setInputFiles(given);
      const [chooser] = await Promise.all([page.waitForEvent('filechooser', { timeout: 5000 }), locator.click()]);
      return chooser.setFiles(given);
    }
    default:
      return action satisfies never;
  }
}

async function type(page: Page, locator: Locator, value: string): Promise<void> {
  try {
    await locator.fill(value);
  } catch (caught) {
    if (!/not an <input>|cannot be filled/i.test(String(caught))) throw caught;
    await locator.click();
    await page.keyboard.insertText(value);
  }
}

/** By what a person reads, else by value. */
async function select(locator: Locator, value: string): Promise<void> {
  const options = await locator.evaluate((list) =>
    [...((list as HTMLSelectElement).options ?? [])].map(({ label, value }) => ({ label, value })),
  );
  const chosen =
    options.find(({ label }) => label.trim() === value.trim()) ?? options.find((each) => each.value === value);
  if (chosen) {
    await locator.selectOption({ value: chosen.value, label: chosen.label });
    return;
  }
  const known = options.map(({ label }) => JSON.stringify(label.slice(0, 60))).slice(0, 30);
  throw new MagusError(
    'tool-input',
    known.length === 0
      ? 'This is no list of the browser itself. Click it, and then what it shows.'
      : `It has no ${JSON.stringify(value.slice(0, 60))}. It has: ${known.join(', ')}.`,
    { code: 'BAD_VALUE' },
  );
}

/** In our words: what Playwright says at length ends in the reason. */
function failed(caught: unknown, element: string): unknown {
  if (!(caught instanceof Error) || caught instanceof MagusError) return caught;
  const { message } = caught;
  const covered = /<[^>]{1,200}> (?:from <[^>]{1,200}> subtree )?intercepts pointer events/.exec(message)?.[0];
  const reason = covered
    ? `${covered.replaceAll('"', "'")}. Close or move what covers it first`
    : /not enabled/.test(message)
      ? 'it is disabled'
      : /not visible|hidden/.test(message)
        ? 'it is not visible. Scroll or open what hides it'
        : /Unknown key/.test(message)
          ? 'there is no such key; keys are named as in "Enter", "ArrowDown", "Control+a"'
          : (message.split('\n', 1)[0]?.slice(0, 200) ?? '');
  return new MagusError('tool-failed', `${element} could not be used: ${reason}.`, {
    code: 'NOT_REACHED',
    cause: caught,
  });
}
