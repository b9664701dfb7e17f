import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ports } from '../../../src/core/ports.ts';
import { browserProgram } from '../../support/browser.ts';
import { type Called, type CallOptions, callTool } from '../connectors/connector-rig.ts';
import { type TaskRig, taskRig, yes } from '../task/task-rig.ts';

export interface BrowserRig {
  readonly task: TaskRig;
  readonly ports: Ports;
  call(tool: string, input?: unknown, options?: CallOptions): Promise<Called>;
  /** As `call`, and it must succeed: what it says. */
  do(tool: string, input?: unknown): Promise<string>;
  /** Act on the element whose line begins so: `button "Save"`. */
  act(action: string, line: string, more?: object): Promise<string>;
  ref(line: string): Promise<string>;
  remove(): Promise<void>;
}

/** The real tools over a real browser. Whatever is asked is allowed, unless a call says otherwise. */
export async function browserRig(settings: object = {}): Promise<BrowserRig> {
  const task = await taskRig();
  const security = path.join(task.home, 'security.json');
  const written = JSON.parse(await readFile(security, 'utf8')) as object;
  await writeFile(security, JSON.stringify({ ...written, browser: { path: await browserProgram() }, ...settings }));
  const { ports } = await task.open({ people: yes });
  const rig: BrowserRig = {
    task,
    ports,
    call: (tool, input = {}, options = {}) => callTool(ports, task.root, [tool, input], options),
    do: async (tool, input) => {
      const { ok, content } = await rig.call(tool, input);
      if (!ok) throw new Error(`${tool} ${JSON.stringify(input)}: ${content}`);
      return content;
    },
    ref: async (line) => {
      const page = await rig.do('browser_snapshot');
      const escaped = line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const found = new RegExp(`^ *${escaped}.*?\\b((?:f\\d+)?e\\d+)\\b`, 'm').exec(page)?.[1];
      if (found === undefined) throw new Error(`There is no ${line} on:\n${page}`);
      return found;
    },
    act: async (action, line, more = {}) => rig.do('browser_act', { action, ref: await rig.ref(line), ...more }),
    remove: () => task.remove(),
  };
  return rig;
}
