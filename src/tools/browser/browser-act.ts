import * as z from 'zod/mini';
import { type ActTarget, actObject, type BrowserFile } from '../../core/browser-port.ts';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolScope } from '../../core/tools/tool.ts';
import type { Effect } from '../../protocol/effects.ts';
import { largestFile } from '../files/change-files.ts';
import { pageCall } from './page-call.ts';
import { ownServers, sendEffect, tellEffect, visitEffect } from './page-effects.ts';

const input = z.object({
  action: z.enum(['click', 'type', 'select', 'press', 'upload']),
  ref: z.optional(z.string().check(z.minLength(1), z.maxLength(50))),
  value: z.optional(z.string().check(z.maxLength(100_000))),
  files: z.optional(z.array(z.string().check(z.maxLength(4096))).check(z.maxLength(10))),
  submit: z.optional(z.boolean()),
  dialog: z.optional(z.enum(['accept', 'dismiss'])),
  dialog_text: z.optional(z.string().check(z.maxLength(10_000))),
});
type ActInput = z.infer<typeof input>;

/** Does one thing on the page and tells what changed by it. */
export const browserAct: Tool<ActInput> = {
  name: 'browser_act',
  family: 'browser',
  description:
    'Does one thing on the page and shows what changed. click; type: value replaces the text; select: value is the option; press: value is a key ' +
    '("Enter", "Control+a"), without ref where the focus is; upload: files of the workspace. submit: it sends a form, which is asked for. ' +
    'dialog, dialog_text: how a dialog that comes up is answered.',
  input,
  describe: ({ action, ref = 'what has the focus', value = '' }) =>
    `${action} ${ref}${value === '' ? '' : ` “${value.slice(0, 100)}”`} in the browser`,
  async effects(ports, scope, act) {
    const target = await targetOf(ports, scope, act, new AbortController().signal);
    const own: Effect = { verb: 'control', object: actObject(target.digest), zone: 'own', fromOutside: true };
    const isServed = ownServers(ports, scope);
    const leads = /^https?:/.test(target.url) ? await leading(ports, scope, act, target, isServed) : [];
    const served = await isServed(URL.parse(target.url) ?? new URL('about:blank'));
    return [own, ...leads, ...(await telling(ports, scope, act, target, served))];
  },
  async run(ports, scope, act, authorized, signal) {
    const { action, ref, value, dialog, dialog_text: text } = act;
    const target = await targetOf(ports, scope, act, signal);
    const files = await readFiles(ports, scope, act, authorized);
    const answers =
      dialog === undefined && text === undefined ? {} : { dialog: { accept: dialog !== 'dismiss', text } };
    const sends = target.form !== undefined || act.submit === true;
    const work = { do: 'act', action, ref, value, files, expects: target.digest, sends, ...answers } as const;
    return (await pageCall(ports, scope, { work, authorized }, signal)).result;
  },
};

function targetOf(
  ports: Ports,
  { taskId }: ToolScope,
  { action, ref, value }: ActInput,
  signal: AbortSignal,
): Promise<ActTarget> {
  return ports.browser.target(taskId, { action, ref, value }, signal);
}

async function leading(
  ports: Ports,
  scope: ToolScope,
  act: ActInput,
  target: ActTarget,
  isServed: (url: URL) => Promise<boolean>,
): Promise<readonly Effect[]> {
  const effects: Effect[] = [await visitEffect(ports, scope, new URL(new URL(target.url).origin), isServed)];
  if (target.href !== undefined) effects.push(await visitEffect(ports, scope, new URL(target.href), isServed));
  if (target.form !== undefined || act.submit) effects.push(sendEffect(target));
  return effects;
}

/** What the page gets to know by it. */
async function telling(
  ports: Ports,
  scope: ToolScope,
  act: ActInput,
  target: ActTarget,
  served: boolean,
): Promise<readonly Effect[]> {
  const { action, value = '', dialog_text: answer } = act;
  const effects: Effect[] = [];
  const tell = (how: string, text: string): void => {
    const more = text.length > 300 ? `… (${text.length} characters, ${ports.hash.sha256(text).slice(0, 16)})` : '';
    const words = `${how} ${JSON.stringify(text.slice(0, 300))}${more}`;
    effects.push(tellEffect(ports, target, { text, words, served }));
  };
  if (action === 'type') tell('typing', value);
  if (action === 'press' && pastes.test(value)) {
    const told = tellEffect(ports, target, { text: '', words: `pasting by ${value}`, served });
    effects.push({ ...told, protects: 'what lies in the clipboard' });
  } else if (action === 'press' && !steers.test(value)) tell('pressing', value);
  if (answer !== undefined) tell('answering a dialog with', answer);
  for (const path of action === 'upload' ? (act.files ?? []) : []) {
    const file = await resolvePath(ports, scope.roots, path);
    effects.push(fileEffect('read', file));
    effects.push(tellEffect(ports, target, { text: '', words: `giving it the file ${file.shown}`, served }));
  }
  return effects;
}

const pastes = /\+(?:v|KeyV|Insert)$/i;
/** Keys that type nothing. */
const steers =
  /^(?:(?:Shift|Control|Alt|Meta|ControlOrMeta)\+)*(?:Enter|Tab|Escape|Backspace|Delete|Home|End|Page(?:Up|Down)|Arrow(?:Up|Down|Left|Right)|F\d{1,2}|Space| |Shift|Control|Alt|Meta)$|^(?:Control|Meta|ControlOrMeta)\+(?:Shift\+)?\w+$/;

async function readFiles(
  ports: Ports,
  scope: ToolScope,
  { action, files = [] }: ActInput,
  authorized: Authorized,
): Promise<readonly BrowserFile[]> {
  if (action !== 'upload') return [];
  if (files.length === 0)
    throw new MagusError('tool-input', 'Name the files of the workspace to upload in files.', { code: 'BAD_VALUE' });
  return Promise.all(
    files.map(async (path) => {
      const file = await resolvePath(ports, scope.roots, path);
      const decided = authorized.effects.some(({ verb, object }) => verb === 'read' && object === file.real);
      if (!decided || file.kind !== 'file')
        throw new MagusError('tool-failed', `There is no file ${file.shown}. Look for it with list_files.`, {
          code: 'NOT_FOUND',
        });
      return { name: file.shown.split('/').at(-1) ?? 'file', content: await ports.files.read(file.real, largestFile) };
    }),
  );
}
