import { openTransport } from '../../src/adapters/models/open-transport.ts';
import { openModelServer } from '../../src/adapters/models/servers/open-server.ts';
import { parseModelConfiguration } from '../../src/core/models/parse-configuration.ts';
import { createRouter, type ModelRouter, type RouterPorts } from '../../src/core/models/router.ts';
import type { ModelReply, ModelRequest } from '../../src/core/ports.ts';
import type { FailedAttempt } from '../../src/protocol/task-event.ts';

/** A clock whose sleeps pass at once and are counted: time goes on as it does, plus what was slept. */
export function leapingClock(): RouterPorts['clock'] & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  let leapt = 0;
  return {
    sleeps,
    now: () => Date.now() + leapt,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      sleeps.push(ms);
      leapt += ms;
    },
  };
}

export function routerOf(
  written: unknown,
  more: Partial<RouterPorts> & { readonly keys?: Readonly<Record<string, string>> } = {},
): ModelRouter {
  let id = 0;
  return createRouter(parseModelConfiguration(written, 'The test'), {
    clock: leapingClock(),
    random: () => 0.5,
    randomId: () => `reservation-${++id}`,
    ledger: { reserve: async () => true, settle: async () => undefined },
    open: (address) => openTransport(address, more.keys?.[address.endpointName]),
    openServer: (address) => openModelServer(address, undefined),
    ...more,
  });
}

export interface Answered {
  readonly reply: ModelReply;
  readonly shown: string;
  readonly failed: readonly FailedAttempt[];
}

/** One answer with everything that was heard on the way. */
export async function askRouter(
  router: Pick<ModelRouter, 'complete'>,
  request: Partial<ModelRequest> = {},
  heard: { shown: string; readonly failed: FailedAttempt[] } = { shown: '', failed: [] },
  signal = new AbortController().signal,
): Promise<Answered> {
  const listener = {
    onText: (text: string): void => {
      heard.shown += text;
    },
    onAttemptFailed: (attempt: FailedAttempt) => void heard.failed.push(attempt),
  };
  const asked: ModelRequest = {
    purpose: 'act',
    session: 'task',
    messages: [{ role: 'user', content: 'Hello' }],
    tools: [],
    ...request,
  };
  const reply = await router.complete(asked, listener, signal);
  return { reply, ...heard };
}
