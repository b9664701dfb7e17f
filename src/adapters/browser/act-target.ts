import { createHash } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import type { ActTarget } from '../../core/browser-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';

/** What an element is, as the page says in the moment. What a page lies about here, the proxy and the guard of forms still hold. */
interface Facts {
  readonly tag: string;
  readonly type: string;
  readonly label: string;
  readonly page: string;
  readonly href: string;
  readonly submits: boolean;
  readonly entered: boolean;
  readonly form: { readonly action: string; readonly method: string; readonly fields: string } | null;
}

/** The element of a ref of the last snapshot. Throws `tool-input` NO_REF. */
export async function elementOf(page: Page, ref: string): Promise<Locator> {
  const locator = page.getByRef(ref);
  const count = await locator.count().catch(() => 0);
  if (count === 1) return locator;
  throw new MagusError('tool-input', `There is no element ${ref} now. Take a new browser_snapshot and use its refs.`, {
    code: 'NO_REF',
  });
}

/** What an act on it would touch; without a ref, on what has the focus. */
export async function actTarget(
  page: Page,
  {
    action,
    ref,
    value,
  }: { readonly action: string; readonly ref?: string | undefined; readonly value?: string | undefined },
): Promise<ActTarget> {
  const facts =
    ref === undefined
      ? await page.evaluate(readFacts, undefined)
      : await (await elementOf(page, ref)).evaluate(readFacts, undefined, { timeout: 5000 });
  if (ref === undefined && /^i?frame$/.test(facts.tag))
    throw new MagusError('tool-input', 'The focus is inside of a frame. Give the ref of the element in it.', {
      code: 'NO_REF',
    });
  const keys = action === 'press' ? (value ?? '') : '';
  const clicks = action === 'click' || /^(Space| )$/.test(keys);
  const sends =
    facts.form !== null && ((facts.submits && (clicks || keys === 'Enter')) || (facts.entered && keys === 'Enter'));
  const found = {
    // A document that was made by another one speaks to that one's host.
    url: /^https?:/.test(facts.page) ? facts.page : page.url(),
    element: [kindOf(facts), facts.label === '' ? '' : JSON.stringify(facts.label)].filter(Boolean).join(' '),
    ...((clicks || keys === 'Enter') && /^https?:/.test(facts.href) ? { href: facts.href } : {}),
    ...(sends && facts.form ? { form: facts.form } : {}),
  };
  return { ...found, digest: createHash('sha256').update(JSON.stringify(found)).digest('hex').slice(0, 16) };
}

function kindOf({ tag, type }: Facts): string {
  if (tag === 'a') return 'link';
  if (tag !== 'input') return tag;
  return /^(submit|button|reset|image)$/.test(type) ? 'button' : `${type} field`;
}

/** Is it an input for files? Others open a chooser when they are clicked. */
export function takesFiles(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element.nodeName === 'INPUT' && (element as HTMLInputElement).type === 'file');
}

/** Runs in the page, by itself. Without an element: on what has the focus. */
function readFacts(given?: Element): Facts {
  let element: Element = given ?? document.activeElement ?? document.body;
  while (!given && element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  const control = element.closest('button, input, select, textarea, a, [role=button]') ?? element;
  const input = control as HTMLInputElement;
  const { form } = input;
  const type = (input.type ?? '').toLowerCase();
  const isButton = control.nodeName === 'BUTTON' || control.nodeName === 'INPUT';
  const fields = [...(form?.elements ?? [])].flatMap((field) => {
    const { name, value, type: kind, checked, disabled, files } = field as HTMLInputElement;
    if (!name || disabled || kind === 'submit' || kind === 'button') return [];
    if ((kind === 'checkbox' || kind === 'radio') && !checked) return [];
    const told =
      kind === 'password' ? '(password)' : kind === 'file' ? [...(files ?? [])].map((f) => f.name).join(' ') : value;
    return [`${name}=${String(told).slice(0, 200)}`];
  });
  const attribute = (name: string): string | undefined =>
    (isButton ? control.getAttribute(`form${name}`) : null) ?? form?.getAttribute(name) ?? undefined;
  return {
    tag: control.nodeName.toLowerCase(),
    type,
    label: (
      control.getAttribute('aria-label') ??
      (input.labels?.[0]?.textContent || control.textContent || input.value || '').replace(/\s+/g, ' ')
    )
      .trim()
      .slice(0, 80),
    page: /^https?:/.test(location.href) ? location.href : window.origin,
    href: (element.closest('a[href], area[href]') as HTMLAnchorElement | null)?.href ?? '',
    submits: isButton && (type === 'submit' || type === 'image'),
    entered: control.nodeName === 'INPUT' && !/^(button|reset|file|checkbox|radio|color|range)$/.test(type),
    form: form
      ? {
          action: new URL(attribute('action') || location.href, location.href).href,
          method: (attribute('method') ?? 'get').toUpperCase(),
          fields: fields.join('&').slice(0, 2000),
        }
      : null,
  };
}
