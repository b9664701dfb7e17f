import { type ActTarget, lookObject } from '../../core/browser-port.ts';
import type { Ports } from '../../core/ports.ts';
import { holdsSecret } from '../../core/security/redact.ts';
import type { ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';

/** A look at what the browser shows: nothing happens, and what comes back was written elsewhere. */
export function lookEffect(ports: Ports, { taskId }: ToolScope): Effect {
  const address = ports.browser.address(taskId) || 'none';
  return { verb: 'control', object: `${lookObject}${address.slice(0, 300)}`, zone: 'own', fromOutside: true };
}

/** Going to an address. A server of the task's own, and a host where it is already, are marked as that. */
export async function visitEffect(
  ports: Ports,
  { taskId }: ToolScope,
  url: URL,
  isServed: (url: URL) => Promise<boolean>,
): Promise<Effect> {
  const object = url.href;
  const inTask = (await isServed(url)) ? 'served' : ports.browser.opened(taskId, url) ? 'opened' : undefined;
  const isKey = holdsSecret(object, ports.secrets());
  return {
    verb: 'connect',
    object,
    zone: 'outside',
    ...(inTask ? { inTask } : {}),
    ...(isKey ? { protects: 'something that looks like a key in the address' } : {}),
  };
}

/**
 * Says of addresses whether a server of the task's own answers there; each port is looked at once, since that goes through all
 * processes. By its own name or address alone: what else leads to this machine is another matter.
 */
export function ownServers({ commands }: Ports, { taskId }: ToolScope): (url: URL) => Promise<boolean> {
  const looked = new Map<number, Promise<boolean>>();
  return async (url) => {
    if (!/^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)) return false;
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const served = looked.get(port) ?? commands.serves(taskId, port);
    looked.set(port, served);
    return served;
  };
}

/**
 * What is typed or handed over leaves for the page's host at once, whatever the page does with it: at a host that is neither
 * listed nor the task's own it is asked for, with the text.
 */
export function tellEffect(
  ports: Ports,
  { url, element }: ActTarget,
  told: { readonly text: string; readonly words: string; readonly served: boolean },
): Effect {
  const { origin } = URL.parse(url) ?? new URL('about:blank');
  const isKey = holdsSecret(told.text, ports.secrets());
  return {
    verb: 'connect',
    object: `${origin}/ ${element.startsWith('password') ? 'typing a password' : told.words}`,
    zone: 'outside',
    ...(told.served ? { inTask: 'served' } : {}),
    ...(isKey ? { protects: 'something that looks like a key in what is typed' } : {}),
  };
}

/** Sending a form is asked for in every mode, bound to what it holds. */
export function sendEffect({ url, form, digest }: ActTarget): Effect {
  const action = form?.action ?? url;
  const host = URL.parse(action)?.host ?? '';
  const what = form
    ? `${form.method} with ${form.fields === '' ? 'no fields' : JSON.stringify(form.fields)}`
    : 'whatever form the page sends then';
  return {
    verb: 'connect',
    object: action,
    zone: 'outside',
    protects: `a form that is sent to ${host}: ${what} (${digest})`,
  };
}
