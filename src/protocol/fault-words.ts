import type { ProxyAttempts } from './task-event.ts';

/** What a deployment did, to put behind its name. */
export function faultWords(fault: string): string {
  return words[fault] ?? fault;
}

/** What a proxy did by itself before it answered. */
export function proxyWords({ retries, fallbacks, model }: ProxyAttempts): string {
  const tries = retries > 0 ? `tried again ${retries}×` : '';
  const falls = fallbacks > 0 ? `fell back ${fallbacks}×` : '';
  return `The proxy ${[tries, falls].filter(Boolean).join(' and ')} by itself${model === '' ? '' : `; ${model} answered`}.`;
}

const words: Readonly<Record<string, string>> = {
  network: 'could not be reached or hung up',
  'first-byte-late': 'did not begin to answer in time',
  stalled: 'fell silent',
  truncated: 'broke off',
  protocol: 'answered something else than a completion',
  rate: 'limits the rate of requests',
  overloaded: 'is overloaded',
  server: 'failed inside',
  quota: 'has no quota left',
  auth: 'refused the key',
  'model-not-found': 'does not know the model',
  'model-unloaded': 'had the model unloaded',
  'context-too-long': 'found the request too long',
  'content-refused': 'refused the content',
  'bad-request': 'rejected the request',
  misconfigured: 'is configured wrongly',
};
