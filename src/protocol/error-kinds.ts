/** Who meets an error is decided by its kind: see docs/ARCHITECTURE.md §8. */
export const errorKinds = [
  'user-input',
  'configuration',
  'model-unavailable',
  'model-output',
  'tool-input',
  'tool-failed',
  'permission-denied',
  'memory-unavailable',
  'limit-reached',
  'cancelled',
  'internal',
] as const;
export type ErrorKind = (typeof errorKinds)[number];
