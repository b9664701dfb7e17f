import { mkdirSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import type { Admitted, BrowserStart } from './browser-protocol.ts';
import type { PageLine } from './compact-snapshot.ts';
import { type EgressProxy, startEgressProxy } from './egress-proxy.ts';
import { launch } from './launch.ts';
import { keepLogs, type PageLogs } from './page-logs.ts';
import { guardSending, type SendGuard } from './send-guard.ts';
import { openTabs, said, type Tabs } from './tabs.ts';

const keptSnapshots = 20;

/** One browser with what is known of it. */
export interface Session {
  readonly context: BrowserContext;
  readonly tabs: Tabs;
  readonly logs: PageLogs;
  readonly sending: SendGuard;
  /** Statements of a test, in the order in which they were done. */
  readonly recorded: string[];
  readonly snapshots: Snapshots;
  admit(admitted: Admitted): void;
  /** "host:port" of what pages asked for since, and was not let through. */
  takeRefused(): readonly string[];
  close(): Promise<void>;
}

export interface Snapshots {
  /** Its id: "s3". */
  keep(page: Page, lines: readonly PageLine[]): string;
  get(id: string): readonly PageLine[] | undefined;
  /** The last one of this page. */
  lastOf(page: Page): readonly PageLine[] | undefined;
}

/** `onEnd` hears that the browser is gone, whoever ended it. */
export async function openSession(start: BrowserStart, onEnd: () => void): Promise<Session> {
  let admitted: Admitted = { listed: [], origins: [] };
  const refused = new Set<string>();
  mkdirSync(start.downloads, { recursive: true, mode: 0o700 });
  const proxy: EgressProxy = await startEgressProxy(
    () => admitted,
    (origin) => void refused.add(origin),
  );
  try {
    const context = await launch(start, proxy.port);
    const own = openTabs(context);
    const logs = keepLogs(context, (name) =>
      own.note(`a download began: ${said(name)}; browser_wait for "download" ends with it`),
    );
    const sending = await guardSending(context, (method, url) =>
      own.note(
        `a form was held back (${method} ${said(url)}), since it was not asked for, or not for that address: look again, then act with "submit": true if it is to be sent`,
      ),
    );
    context.once('close', onEnd);
    const close = async (): Promise<void> => {
      context.off('close', onEnd);
      await context.close().catch(() => undefined);
      proxy.close();
    };
    const admit = (next: Admitted): void => {
      admitted = next;
    };
    const takeRefused = (): readonly string[] => {
      const asked = [...refused].filter((origin) => logs.asked(origin));
      refused.clear();
      return asked;
    };
    return { context, takeRefused, tabs: own, logs, sending, recorded: [], snapshots: keepSnapshots(), admit, close };
  } catch (caught) {
    proxy.close();
    throw caught;
  }
}

function keepSnapshots(): Snapshots {
  const kept = new Map<string, readonly PageLine[]>();
  const last = new WeakMap<Page, readonly PageLine[]>();
  let count = 0;
  return {
    keep: (page, lines) => {
      count += 1;
      kept.set(`s${count}`, lines);
      kept.delete(`s${count - keptSnapshots}`);
      last.set(page, lines);
      return `s${count}`;
    },
    get: (id) => kept.get(id),
    lastOf: (page) => last.get(page),
  };
}
