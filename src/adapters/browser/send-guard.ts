import type { BrowserContext, Request, Route } from 'playwright-core';

export interface SendGuard {
  /** Where a form may go from now on, until it is called again; undefined: nowhere. */
  allow(goes: ((address: string) => boolean) | undefined): void;
}

/**
 * No form leaves the browser unless the call that is running was decided for that and for where it goes, whatever sends it: a
 * click, a key or a script. A form that is sent by POST is a navigation that is no GET. `onHeld` hears what was held back; it must not throw.
 */
export async function guardSending(
  context: BrowserContext,
  onHeld: (method: string, url: string) => void,
): Promise<SendGuard> {
  let allowed: ((address: string) => boolean) | undefined;
  await context.route('**/*', async (route: Route, request: Request) => {
    const sends = request.isNavigationRequest() && !/^(GET|HEAD)$/.test(request.method());
    if (!sends || allowed?.(request.url())) return route.continue().catch(() => undefined);
    onHeld(request.method(), request.url());
    // No content: the page stays as it is, with what was filled in.
    return route.fulfill({ status: 204 }).catch(() => undefined);
  });
  return {
    allow: (goes) => {
      allowed = goes;
    },
  };
}
