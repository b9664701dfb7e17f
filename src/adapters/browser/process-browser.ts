import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { actObject, type Browser, type BrowserCall, type BrowserWork, lookObject } from '../../core/browser-port.ts';
import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import type { Scratch } from '../../core/scratch-port.ts';
import { assertAuthorized } from '../../core/security/authorized.ts';
import type { BrowserReply, BrowserRequest, BrowserStart } from './browser-protocol.ts';
import { findBrowser } from './find-browser.ts';
import { originOf } from './origin-of.ts';

export interface BrowserSettings {
  /** A program that the user named. */
  readonly path?: string | undefined;
  readonly visible: boolean;
  /** Chromium's own sandbox; root has none in any case. */
  readonly sandbox: boolean;
}

export interface ProcessBrowserOptions {
  /** The file that the process of a browser runs. */
  readonly entry: string;
  /** Where each browser has its profile and its downloads. */
  readonly folders: Scratch;
  readonly settings: () => BrowserSettings;
  /** Hosts that may be reached without asking, as they are now. */
  readonly listed: () => readonly string[];
  /** Whether a server that a command of the task started, and nothing else, listens at that port of this machine. */
  readonly serves: (taskId: string, port: number) => Promise<boolean>;
}

interface Running {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly gone: Promise<void>;
  /** "host:port" of what was allowed in this task. */
  readonly origins: Set<string>;
  /** Of servers of the task's own: allowed as long as they are that. */
  readonly served: Set<string>;
  readonly waiting: Map<number, PromiseWithResolvers<BrowserReply>>;
  requests: number;
  address: string;
}

/** Each task's browser is driven by a process of its own: neither the driver's weight nor a crash is felt elsewhere. */
export function processBrowser(options: ProcessBrowserOptions): Browser {
  const running = new Map<string, Running>();
  const end = async (taskId: string): Promise<void> => {
    const browser = running.get(taskId);
    if (!browser) return;
    running.delete(taskId);
    await stop(browser, options.folders);
  };
  const ask = async (taskId: string, work: BrowserRequest['work'], signal: AbortSignal): Promise<BrowserReply> => {
    const browser = running.get(taskId);
    if (!browser)
      throw new MagusError('tool-input', 'No page is open. Open one with browser_open.', { code: 'NO_PAGE' });
    signal.throwIfAborted();
    const onAbort = (): void => void end(taskId);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const served = await stillServed(options, taskId, browser);
      const admitted = { listed: options.listed(), origins: [...browser.origins, ...served] };
      return await send(browser, { admitted, work });
    } catch (caught) {
      signal.throwIfAborted();
      if (!isMagusError(caught)) throw caught;
      // Where not even another page can be opened, only another browser helps.
      if (caught.code === 'BROWSER_ENDED' || (work.do === 'open' && caught.code === 'NO_ANSWER')) await end(taskId);
      throw caught;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };
  return {
    missing: async () => {
      try {
        findBrowser(options.settings().path);
        return undefined;
      } catch (caught) {
        return isMagusError(caught) ? caught.message : String(caught);
      }
    },
    address: (taskId) => running.get(taskId)?.address,
    opened: (taskId, url) => running.get(taskId)?.origins.has(originOf(url)) ?? false,
    target: async (taskId, asked, signal) => {
      const { target } = await ask(taskId, { do: 'target', ...asked }, signal);
      if (target) return target;
      throw new MagusError('internal', 'The browser did not say what an act would touch.');
    },
    perform: async (call, work, signal) => {
      assertDecided(call, work);
      if (work.do === 'open' && !running.has(call.taskId)) running.set(call.taskId, await launch(options));
      const browser = running.get(call.taskId);
      for (const { address, served } of connectedBy(call))
        browser?.[served ? 'served' : 'origins'].add(originOf(new URL(address)));
      const { answer } = await ask(call.taskId, work, signal);
      return answer ?? { text: '' };
    },
    end,
    close: async () => {
      await Promise.all([...running.keys()].map(end));
    },
  };
}

/** Nothing is done on a page but what the policy has seen. */
function assertDecided({ authorized }: BrowserCall, work: BrowserWork): void {
  if (work.do === 'open') {
    for (const address of [work.url, ...work.hosts]) assertAuthorized(authorized, 'connect', address);
    return;
  }
  if (work.do !== 'act') {
    if (authorized.effects.some(({ verb, object }) => verb === 'control' && object.startsWith(lookObject))) return;
    throw new MagusError('permission-denied', 'This look at a page was not decided by the policy.', {
      code: 'UNDECIDED',
    });
  }
  assertAuthorized(authorized, 'control', actObject(work.expects));
  if (work.sends && !authorized.effects.some(({ verb, protects }) => verb === 'connect' && protects !== undefined))
    throw new MagusError('permission-denied', 'The sending of a form was not decided by the policy.', {
      code: 'UNDECIDED',
    });
}

/** Where a call may lead: what it opens, the targets of links that were decided on. */
function connectedBy({ authorized }: BrowserCall): readonly { readonly address: string; readonly served: boolean }[] {
  return authorized.effects.flatMap(({ verb, object, inTask }) => {
    const address = verb === 'connect' ? object.split(' ', 1)[0] : undefined;
    return address !== undefined && URL.canParse(address) ? [{ address, served: inTask === 'served' }] : [];
  });
}

/** Another program may have got the port of a server that has ended. */
async function stillServed(
  { serves }: ProcessBrowserOptions,
  taskId: string,
  { served }: Running,
): Promise<readonly string[]> {
  const are = await Promise.all([...served].map((origin) => serves(taskId, Number(origin.split(':').at(-1)))));
  return [...served].filter((_, index) => are[index]);
}

async function launch({ entry, folders, settings }: ProcessBrowserOptions): Promise<Running> {
  const { path: named, visible, sandbox } = settings();
  const program = findBrowser(named);
  const folder = await folders.make();
  const child = fork(entry, [], {
    execArgv: [],
    env: environment(folder),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    cwd: folder,
  });
  const gone = Promise.withResolvers<void>();
  const browser: Running = {
    child,
    folder,
    gone: gone.promise,
    origins: new Set(),
    served: new Set(),
    waiting: new Map(),
    requests: -1,
    address: '',
  };
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-1000);
  });
  child.on('message', (reply: BrowserReply) => {
    browser.address = reply.address;
    const waiter = browser.waiting.get(reply.id);
    browser.waiting.delete(reply.id);
    if (!reply.error) return waiter?.resolve(reply);
    const { kind, message, code } = reply.error;
    waiter?.reject(new MagusError(kind, message, code === undefined ? {} : { code }));
  });
  child.once('error', (error) => {
    said += error.message;
    gone.resolve();
  });
  // After a disconnect of ours there may be no `close`.
  child.once('exit', () => gone.resolve());
  void gone.promise.then(() => {
    for (const waiter of browser.waiting.values()) waiter.reject(ended(said));
    browser.waiting.clear();
  });
  const root = process.getuid?.() === 0;
  const start: BrowserStart = {
    program,
    visible,
    sandbox: sandbox && !root,
    profile: path.join(folder, 'profile'),
    downloads: path.join(folder, 'downloads'),
  };
  try {
    await send(browser, start);
    return browser;
  } catch (caught) {
    await stop(browser, folders);
    throw caught;
  }
}

/** The start is the first message, and is answered as number 0. */
function send(browser: Running, message: BrowserStart | Omit<BrowserRequest, 'id'>): Promise<BrowserReply> {
  browser.requests += 1;
  const waiter = Promise.withResolvers<BrowserReply>();
  browser.waiting.set(browser.requests, waiter);
  if (!browser.child.connected) waiter.reject(ended(''));
  else
    browser.child.send({ ...message, id: browser.requests }, (error) => error && waiter.reject(ended(error.message)));
  return waiter.promise;
}

async function stop({ child, gone, folder }: Running, folders: Scratch): Promise<void> {
  if (child.connected) child.disconnect();
  const hard = setTimeout(() => child.kill('SIGKILL'), 4000);
  await gone;
  clearTimeout(hard);
  await folders.remove(folder);
}

/** Neither keys nor options for Node reach the browser; what a screen and its libraries need does. */
function environment(folder: string): NodeJS.ProcessEnv {
  const names =
    /^(PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS|LD_LIBRARY_PATH|FONTCONFIG_(FILE|PATH)|SystemRoot|SystemDrive|ProgramFiles.*|ProgramData|LOCALAPPDATA|APPDATA|USERPROFILE|windir|ComSpec)$/;
  const kept = Object.entries(process.env).filter(([name]) => names.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1', TMPDIR: folder, TEMP: folder, TMP: folder };
}

function ended(said: string): MagusError {
  const why = said.trim().split('\n').at(-1)?.slice(0, 200);
  return new MagusError(
    'tool-failed',
    `The browser ended unexpectedly${why ? ` (${why})` : ''}. Open the page again with browser_open: that starts a new one, without what was typed or signed in.`,
    { code: 'BROWSER_ENDED' },
  );
}
