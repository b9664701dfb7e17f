import type { ErrorKind } from './error-kinds.ts';

/** What a person can be offered when something failed: each is a button that opens the right place. */
export const remedies = [
  'manage-models',
  'configure',
  'set-key',
  'open-folder',
  'manage-trust',
  'show-log',
  'retry',
  'resume',
] as const;
export type Remedy = (typeof remedies)[number];

export const remedyWords: Readonly<Record<Remedy, string>> = {
  'manage-models': 'Manage Models',
  configure: 'Open Settings',
  'set-key': 'Set Key',
  'open-folder': 'Open Folder',
  'manage-trust': 'Manage Trust',
  'show-log': 'Show Log',
  retry: 'Retry',
  resume: 'Resume',
};

/** Those that go on with the task that stopped; without one they are not offered. */
export function goesOn(remedy: Remedy): boolean {
  return remedy === 'retry' || remedy === 'resume';
}

/** The remedies of a failure, the likeliest first. */
export function remediesOf(kind: ErrorKind, code?: string): readonly Remedy[] {
  const known = code === undefined ? undefined : byCode[code];
  return known ?? byKind[kind];
}

const byCode: Readonly<Record<string, readonly Remedy[]>> = {
  NO_FOLDER: ['open-folder'],
  UNTRUSTED: ['manage-trust'],
  AUTH: ['set-key', 'manage-models', 'retry'],
  NO_MODEL: ['manage-models', 'retry'],
  NO_MEMORY_SERVER: [],
  NETWORK: ['retry', 'manage-models', 'show-log'],
};

const byKind: Readonly<Record<ErrorKind, readonly Remedy[]>> = {
  'user-input': [],
  configuration: ['manage-models', 'configure', 'retry'],
  'model-unavailable': ['retry', 'manage-models', 'show-log'],
  'model-output': ['retry', 'show-log'],
  'tool-input': ['retry', 'show-log'],
  'tool-failed': ['retry', 'show-log'],
  'permission-denied': ['retry'],
  'memory-unavailable': ['show-log'],
  'limit-reached': ['resume', 'configure'],
  cancelled: ['resume'],
  internal: ['retry', 'show-log'],
};
