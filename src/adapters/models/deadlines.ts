import { StreamFault } from './stream-fault.ts';

export interface Timeouts {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** A finished answer may still be followed by its usage; nobody waits longer than this for it. */
const afterFinishMs = 2000;

export interface Deadlines {
  /** Aborts when a deadline passes or the caller cancels; aborting a fetch destroys its socket. */
  readonly signal: AbortSignal;
  /** Which deadline passed, if any. */
  readonly passed: () => StreamFault | undefined;
  /** Bytes arrived: the idle time starts anew. */
  readonly heard: () => void;
  /** The answer is whole: only trailing frames are waited for. */
  readonly finished: () => void;
  /** The answer was read to its end mark: the connection is good for the next one. */
  readonly ended: () => void;
  readonly isEnded: () => boolean;
  readonly dispose: () => void;
}

export function startDeadlines(timeouts: Timeouts, caller: AbortSignal): Deadlines {
  const controller = new AbortController();
  let fault: StreamFault | undefined;
  let idleMs = timeouts.idleMs;
  let clean = false;
  const expire = (reason: StreamFault): void => {
    fault ??= reason;
    controller.abort();
  };
  const late = new StreamFault('first-byte-late', `nothing for ${timeouts.firstByteMs} ms`);
  const stalled = new StreamFault('stalled', `silent for ${timeouts.idleMs} ms`);
  const endless = new StreamFault('stalled', `not done after ${timeouts.totalMs} ms`, { retryable: false });
  let idle = setTimeout(expire, timeouts.firstByteMs, late);
  const total = setTimeout(expire, timeouts.totalMs, endless);
  const cancel = (): void => controller.abort();
  caller.addEventListener('abort', cancel, { once: true });
  if (caller.aborted) cancel();
  let talking = false;
  const restart = (): void => {
    clearTimeout(idle);
    idle = setTimeout(expire, idleMs, stalled);
  };
  const heard = (): void => {
    // Once it runs at its usual length, a timer is far cheaper to set back than to replace, and this is done for every chunk.
    if (talking) idle.refresh();
    else restart();
    talking = true;
  };
  return {
    signal: controller.signal,
    passed: () => fault,
    heard,
    finished: () => {
      idleMs = Math.min(idleMs, afterFinishMs);
      restart();
    },
    ended: () => {
      clean = true;
    },
    isEnded: () => clean,
    dispose: () => {
      clearTimeout(idle);
      clearTimeout(total);
      caller.removeEventListener('abort', cancel);
      // Whatever is still open must not outlive the answer.
      if (!clean) controller.abort();
    },
  };
}
