import { type BrowserContext, chromium } from 'playwright-core';
import { MagusError } from '../../core/errors/magus-error.ts';
import { messageOf } from '../../core/errors/message-of.ts';
import type { BrowserStart } from './browser-protocol.ts';

const launchMs = 60_000;

/**
 * Nothing leaves the browser but through the proxy: not by QUIC, not by WebRTC, not by a name service of its own, not to this
 * machine. Workers that would outlive a page are kept off.
 */
export async function launch(
  { program, profile, downloads, visible, sandbox }: BrowserStart,
  proxyPort: number,
): Promise<BrowserContext> {
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: program,
      headless: !visible,
      chromiumSandbox: sandbox,
      downloadsPath: downloads,
      acceptDownloads: true,
      serviceWorkers: 'block',
      viewport: visible ? null : { width: 1280, height: 800 },
      timeout: launchMs,
      args: [
        `--proxy-server=http://127.0.0.1:${proxyPort}`,
        '--proxy-bypass-list=<-loopback>',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
        '--disable-quic',
        '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
        '--webrtc-ip-handling-policy=disable_non_proxied_udp',
        '--dns-prefetch-disable',
        '--no-pings',
        '--disable-sync',
        '--disable-background-networking',
      ],
    });
    await context.addInitScript(openOneWindow);
    context.setDefaultTimeout(5000);
    context.setDefaultNavigationTimeout(30_000);
    return context;
  } catch (caught) {
    throw new MagusError('tool-failed', `The browser ${program} did not start: ${reason(caught)}`, {
      code: 'NO_START',
      cause: caught,
    });
  }
}

/** Runs in every page: fifty windows at once would hold up the browser for minutes. */
function openOneWindow(): void {
  const { open } = window;
  let last = 0;
  window.open = (...words) => {
    const now = Date.now();
    if (now - last < 1000) return null;
    last = now;
    return open.apply(window, words);
  };
}

function reason(caught: unknown): string {
  const text = messageOf(caught);
  if (/sandbox/i.test(text))
    return 'its own sandbox does not work here. Where that cannot be mended, "browser": {"sandbox": "off"} in security.json starts it without.';
  if (/DISPLAY|X server|ozone/i.test(text))
    return 'there is no screen to show it on. Set openmagus.browser.visible to false.';
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}
