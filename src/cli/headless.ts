import type { Editor, People } from '../core/ports.ts';

/** No editor is attached to the command line. */
export const headlessEditor: Editor = { unsaved: () => [], diagnostics: () => undefined };

/** Nobody can be asked: the task stops and can be resumed. */
export const nobody: People = {
  approve: async () => undefined,
  resolvePlan: async () => undefined,
  answer: async () => undefined,
};
