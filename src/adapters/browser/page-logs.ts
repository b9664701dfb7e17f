import type { BrowserContext, Download, Page, Request, Response } from 'playwright-core';
import { originOf } from './origin-of.ts';
import { said } from './tabs.ts';

const mostLines = 500;

export interface PageLogs {
  readonly console: readonly string[];
  readonly network: readonly string[];
  readonly downloads: readonly Download[];
  /** Requests that were sent and have no answer yet, without those that stay open by their nature. */
  pending(): ReadonlySet<Request>;
  /** Whether a page asked for something there; the browser itself asks for more. */
  asked(origin: string): boolean;
}

/** What pages say, load and hand out, the newest 500 lines of each. `onDownload` must not throw. */
export function keepLogs(context: BrowserContext, onDownload: (name: string) => void): PageLogs {
  const lines: { console: string[]; network: string[] } = { console: [], network: [] };
  const downloads: Download[] = [];
  const pending = new Set<Request>();
  const origins = new Set<string>();
  const ask = (address: string): void => {
    const url = URL.parse(address);
    if (url) origins.add(originOf(url));
  };
  const add = (kind: 'console' | 'network', line: string): void => {
    lines[kind].push(line);
    if (lines[kind].length > mostLines) lines[kind].shift();
  };
  context.on('console', (message) => add('console', `${message.type()} ${said(message.text())}`));
  context.on('weberror', (error) => add('console', `uncaught ${said(error.error().message)}`));
  context.on('request', (request) => {
    ask(request.url());
    if (!/eventsource|websocket|media|ping/.test(request.resourceType())) pending.add(request);
  });
  context.on('requestfinished', (request) => pending.delete(request));
  context.on('response', (response: Response) => {
    const request = response.request();
    add('network', `${request.method()} ${response.status()} ${request.resourceType()} ${shortUrl(request.url())}`);
  });
  context.on('requestfailed', (request) => {
    pending.delete(request);
    add(
      'network',
      `${request.method()} failed ${request.resourceType()} ${shortUrl(request.url())}: ${request.failure()?.errorText ?? ''}`,
    );
  });
  context.on('page', (page) => listen(page));
  for (const page of context.pages()) listen(page);
  function listen(page: Page): void {
    page.on('websocket', (socket) => ask(socket.url()));
    page.on('download', (download) => {
      downloads.push(download);
      onDownload(download.suggestedFilename());
    });
  }
  return { ...lines, downloads, pending: () => pending, asked: (origin) => origins.has(origin) };
}

function shortUrl(url: string): string {
  return url.length > 200 ? `${url.slice(0, 200)}…` : url;
}
