/** What a deployment did, to put behind its name. */
export function faultWords(fault: string): string {
  return words[fault] ?? fault;
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
