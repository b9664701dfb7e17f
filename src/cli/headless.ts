import type { Editor } from '../core/editor-port.ts';
import type { People } from '../core/ports.ts';

/** No editor is attached to the command line. */
export const headlessEditor: Editor = { unsaved: () => [], diagnostics: () => undefined };

/** Nobody can be asked: the task stops and can be resumed. */
export const nobody: People = {
  approve: async () => undefined,
  resolvePlan: async () => undefined,
  answer: async () => undefined,
};

/** `OPENMAGUS_INDEX=off` keeps the workspace's files out of any index. */
export function indexWanted(): boolean {
  return process.env['OPENMAGUS_INDEX'] !== 'off';
}
