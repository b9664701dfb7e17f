import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { chromium } from 'playwright-core';
import { browserRig } from '../integration/browser/browser-rig.ts';
import { shopPages } from '../integration/browser/shop-pages.ts';
import { peopleTable, startSite } from '../integration/browser/site.ts';
import { browserProgram } from '../support/browser.ts';
import { browserServerFolder, tokenCounter } from './peers.ts';

/** What a model reads for the same journeys by our tools and by @playwright/mcp: results and calls, in tokens (o200k_base). */
interface Driver {
  call(step: Step): Promise<void>;
  /** Of everything since the last `begin`. */
  tokens(): number;
  begin(): void;
}
type Step =
  | { readonly do: 'open'; readonly path: string }
  /** What answers to its text alone. */
  | { readonly do: 'unfold'; readonly text: string }
  /** For a text, which names what comes late. */
  | { readonly do: 'wait'; readonly text: string }
  | {
      readonly do: 'click' | 'type' | 'select' | 'press' | 'upload' | 'confirm' | 'answer';
      readonly role: string;
      readonly name: string;
      readonly value?: string;
    };

const click = (role: string, name: string): Step => ({ do: 'click', role, name });
const type = (name: string, value: string): Step => ({ do: 'type', role: 'textbox', name, value });
const journeys: Readonly<Record<string, readonly Step[]>> = {
  'sign in': [
    { do: 'open', path: '/login' },
    type('User', 'ann'),
    type('Password', 'tea-and-biscuits'),
    click('button', 'Sign in'),
  ],
  form: [
    { do: 'open', path: '/checkout' },
    click('radio', 'Van'),
    click('checkbox', 'Gift'),
    { do: 'select', role: 'combobox', name: 'Country', value: 'Sweden' },
    type('Note', 'Ring twice'),
    click('button', 'Order'),
  ],
  table: [{ do: 'open', path: '/people' }, click('checkbox', 'Select Person 5'), click('checkbox', 'Select Person 77')],
  frames: [{ do: 'open', path: '/frames' }, click('button', 'Press')],
  'shadow root': [{ do: 'open', path: '/shadow' }, type('Amount', '21'), click('button', 'Double')],
  SPA: [
    { do: 'open', path: '/spa' },
    click('link', 'Items'),
    click('button', 'Add Coffee'),
    click('button', 'Add Tea'),
  ],
  menu: [{ do: 'open', path: '/menu' }, click('button', 'More'), click('menuitem', 'Archive')],
  search: [
    { do: 'open', path: '/search-form' },
    type('Search', 'tea'),
    { do: 'press', role: 'textbox', name: 'Search', value: 'Enter' },
  ],
  upload: [
    { do: 'open', path: '/upload' },
    { do: 'upload', role: 'button', name: 'Picture', value: 'cat.png' },
    click('button', 'Send'),
  ],
  question: [
    { do: 'open', path: '/dialogs' },
    { do: 'confirm', role: 'button', name: 'Ask' },
  ],
  answer: [
    { do: 'open', path: '/dialogs' },
    { do: 'answer', role: 'button', name: 'Name', value: 'Ann' },
  ],
  'new tab': [{ do: 'open', path: '/tabs' }, click('link', 'Account')],
  download: [{ do: 'open', path: '/downloads' }, click('link', 'Report')],
  keyboard: [
    { do: 'open', path: '/keys' },
    { do: 'press', role: 'combobox', name: 'Find', value: 'ArrowDown' },
    { do: 'press', role: 'combobox', name: 'Find', value: 'Enter' },
  ],
  late: [{ do: 'open', path: '/late' }, click('button', 'Start'), { do: 'wait', text: 'Ready: late' }],
  editor: [{ do: 'open', path: '/editor' }, type('Text', 'Some words')],
  slider: [
    { do: 'open', path: '/slider' },
    { do: 'press', role: 'slider', name: 'Volume', value: 'ArrowRight' },
  ],
  unfold: [
    { do: 'open', path: '/details' },
    { do: 'unfold', text: 'Why' },
  ],
  account: [{ do: 'open', path: '/account' }],
  dialog: [{ do: 'open', path: '/modal' }, click('button', 'Delete'), click('button', 'Yes')],
};

const site = await startSite(shopPages);
const count = await tokenCounter();
const rig = await browserRig({ allowedHosts: ['127.0.0.1'] });
await rig.task.write({ 'cat.png': 'not really' });
const client = new Client({ name: 'bench', version: '1' });
try {
  const ours = ourDriver();
  const theirs = await theirDriver();
  const totals = [0, 0];
  for (const [name, steps] of Object.entries(journeys)) {
    const spent: number[] = [];
    for (const [index, driver] of [ours, theirs].entries()) {
      driver.begin();
      for (const step of steps) await driver.call(step);
      spent.push(driver.tokens());
      totals[index] = (totals[index] ?? 0) + driver.tokens();
    }
    console.log(
      `${name.padEnd(12)} ${String(spent[0]).padStart(6)} ours ${String(spent[1]).padStart(6)} @playwright/mcp`,
    );
  }
  console.log(`together     ${String(totals[0]).padStart(6)} ours ${String(totals[1]).padStart(6)} @playwright/mcp`);
  await tableFigures();
} finally {
  await client.close();
  await rig.remove();
  await site.close();
}

/** What a model has read since `begin`. It knows a ref from that; where it does not, it looks. */
function reader(run: (tool: string, input: Record<string, unknown>) => Promise<string>) {
  let read = '';
  let spent = 0;
  const call = async (tool: string, input: Record<string, unknown>): Promise<void> => {
    const text = await run(tool, input);
    spent += count(JSON.stringify(input)) + count(text);
    read += `\n${text}`;
  };
  return {
    call,
    tokens: () => spent,
    begin: () => {
      read = '';
      spent = 0;
    },
    refOf: async (pattern: RegExp, look: Record<string, unknown> = {}): Promise<string> => {
      const known = [...read.matchAll(pattern)].at(-1)?.[1];
      if (known) return known;
      await call('browser_snapshot', look);
      return [...read.matchAll(pattern)].at(-1)?.[1] ?? '';
    },
  };
}

function ourDriver(): Driver {
  const { call, refOf, tokens, begin } = reader(rig.do);
  const find = ({ role, name }: { readonly role: string; readonly name: string }): Promise<string> => {
    const person = /^Select (Person \d+)$/.exec(name)?.[1];
    return person
      ? refOf(new RegExp(`(\\S+) \\| \\d+ \\| ${person} \\|`, 'g'), { query: `| ${person} |` })
      : refOf(new RegExp(`${role} "${name}"(?: \\S+)*? ((?:f\\d+)?e\\d+)\\b`, 'g'));
  };
  return {
    begin,
    tokens,
    call: async (step) => {
      if (step.do === 'open') return call('browser_open', { url: site.url + step.path });
      if (step.do === 'wait') return call('browser_wait', { for: 'text', value: step.text });
      if (step.do === 'unfold') {
        const ref = await refOf(new RegExp(`\\b((?:f\\d+)?e\\d+)\\n *generic "${step.text}`, 'g'));
        return call('browser_act', { action: 'click', ref });
      }
      const ref = await find(step);
      if (step.do === 'confirm') return call('browser_act', { action: 'click', ref, dialog: 'accept' });
      if (step.do === 'answer') return call('browser_act', { action: 'click', ref, dialog_text: step.value });
      if (step.do === 'upload') return call('browser_act', { action: 'upload', ref, files: [step.value] });
      const value = step.value === undefined ? {} : { value: step.value };
      return call('browser_act', { action: step.do, ref, ...value });
    },
  };
}

async function theirDriver(): Promise<Driver> {
  const folder = await browserServerFolder();
  const args = [
    path.join(folder, 'cli.js'),
    '--headless',
    '--isolated',
    '--no-sandbox',
    '--executable-path',
    await browserProgram(),
  ];
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore', cwd: rig.task.root }),
  );
  const { call, refOf, tokens, begin } = reader(async (name, input) => {
    const { content, isError } = await client.callTool({ name, arguments: input });
    const text = (content as { text?: string }[]).map((part) => part.text ?? '').join('\n');
    if (isError) throw new Error(`${name}: ${text}`);
    return text;
  });
  return {
    begin,
    tokens,
    call: async (step) => {
      if (step.do === 'open') return call('browser_navigate', { url: site.url + step.path });
      if (step.do === 'wait') return call('browser_wait_for', { text: step.text });
      if (step.do === 'unfold') {
        const ref = await refOf(new RegExp(`\\[ref=(\\w+)\\][^[]*${step.text}`, 'g'));
        return call('browser_click', { element: step.text, target: ref, ref });
      }
      const ref = await refOf(new RegExp(`${step.role} "${step.name}".*?\\[ref=(\\w+)\\]`, 'g'));
      const target = { element: `${step.name} ${step.role}`, target: ref, ref };
      if (step.do === 'click') return call('browser_click', target);
      if (step.do === 'type') return call('browser_type', { ...target, text: step.value });
      if (step.do === 'select') return call('browser_select_option', { ...target, values: [step.value] });
      await call('browser_click', target);
      if (step.do === 'confirm') return call('browser_handle_dialog', { accept: true });
      if (step.do === 'answer') return call('browser_handle_dialog', { accept: true, promptText: step.value });
      if (step.do === 'upload')
        return call('browser_file_upload', { paths: [path.join(rig.task.root, step.value ?? '')] });
      return call('browser_press_key', { key: step.value });
    },
  };
}

async function tableFigures(): Promise<void> {
  const browser = await chromium.launch({ executablePath: await browserProgram(), args: ['--no-sandbox'] });
  const page = await browser.newPage();
  await page.setContent(peopleTable());
  const whole = await page.ariaSnapshot({ mode: 'ai' });
  await browser.close();
  await rig.do('browser_open', { url: `${site.url}/people` });
  const own = await rig.do('browser_snapshot');
  console.log(
    `table of 120 rows, 480 controls: ${own.length} characters, ${count(own)} tokens ours; ${whole.length} characters, ${count(whole)} tokens Playwright's own snapshot`,
  );
  if (process.env['OPENMAGUS_FIGURES']) await writeFile('table.txt', own);
}
