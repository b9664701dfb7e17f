import { MagusError, toMagusError } from '../../core/errors/magus-error.ts';
import { actTarget } from './act-target.ts';
import type { BrowserReply, BrowserRequest, BrowserStart } from './browser-protocol.ts';
import { performWork } from './perform-work.ts';
import { openSession, type Session } from './session.ts';
import { within } from './within.ts';

const longestMs = 40_000;

/** Entry of the process that drives one browser: it answers one request after the other, and the browser ends with it. */
function serve(): void {
  let session: Promise<Session> | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  const end = (): void => {
    const hard = setTimeout(() => process.exit(), 3000);
    void Promise.resolve(session)
      .then((open) => open?.close())
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(hard);
        process.exit();
      });
  };
  // Also where the process that asked is killed: nothing of the browser outlives it.
  process.once('disconnect', end);
  process.once('message', (start: BrowserStart) => {
    session = openSession(start, () => process.exit(3));
    session.then(
      (opened) => post({ id: 0, address: addressOf(opened) }),
      (caught: unknown) => post({ id: 0, address: '', error: failure(caught) }),
    );
    process.on('message', (request: BrowserRequest) => {
      turn = turn.then(async () => post(await answer(session, request)));
    });
  });
}

async function answer(
  opening: Promise<Session> | undefined,
  { id, admitted, work }: BrowserRequest,
): Promise<BrowserReply> {
  let session: Session | undefined;
  try {
    session = await opening;
    if (!session) throw new MagusError('internal', 'The browser was not started.');
    session.admit(admitted);
    const reply =
      work.do === 'target'
        ? { target: await within(8000, actTarget(session.tabs.current(), work), busy) }
        : {
            answer: await within(
              work.do === 'wait' ? work.timeoutMs + longestMs : longestMs,
              performWork(session, work),
              busy,
            ),
          };
    return { id, ...reply, address: addressOf(session) };
  } catch (caught) {
    return { id, error: failure(caught), address: session ? addressOf(session) : '' };
  }
}

function busy(): never {
  throw new MagusError(
    'tool-failed',
    'The page does not answer: a script of it keeps it busy. Open it or another one anew with browser_open.',
    { code: 'NO_ANSWER' },
  );
}

function failure(caught: unknown): NonNullable<BrowserReply['error']> {
  const { kind, message, code } = toMagusError(caught);
  // What Playwright throws is about the page, not about us.
  return kind === 'internal'
    ? { kind: 'tool-failed', message: message.split('\n', 1)[0]?.slice(0, 300) ?? '', code: 'PAGE_FAILED' }
    : { kind, message, code };
}

function addressOf({ tabs }: Session): string {
  try {
    return tabs.current().url();
  } catch {
    return '';
  }
}

function post(reply: BrowserReply): void {
  if (process.connected) process.send?.(reply);
}

serve();
