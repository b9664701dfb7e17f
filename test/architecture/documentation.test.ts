import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseModelConfiguration } from '../../src/core/models/parse-configuration.ts';

const project = path.resolve(import.meta.dirname, '..', '..');
const pages = ['README.md', 'CONTRIBUTING.md', ...markdownBelow('docs')];

describe('the documentation', () => {
  it('links only to files that are there', () => {
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !existsSync(path.resolve(project, path.dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    assert.deepEqual(dead, []);
    assert.ok(pages.length > 10);
  });

  it('shows only model configurations that are taken', () => {
    const shown = [...configurationsOf('README.md', /`(\{"(?:kind|baseURL)".*?\})`/g), ...jsonBlocks('docs/models.md')];
    assert.ok(shown.length >= 4, `${shown.length} found`);
    for (const text of shown) parseModelConfiguration(JSON.parse(text), 'the documentation');
  });

  it('names only scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const unknown = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\bnpm run ([\w:-]+)/g)]
        .map((found) => found[1] ?? '')
        .filter((name) => !(name in scripts))
        .map((name) => `${page}: ${name}`),
    );
    assert.deepEqual(unknown, []);
  });
});

function markdownBelow(folder: string): readonly string[] {
  return readdirSync(path.join(project, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join(folder, name));
}

function textOf(page: string): string {
  return readFileSync(path.join(project, page), 'utf8');
}

/** Relative ones, without the part behind `#`. */
function linksOf(page: string): readonly string[] {
  return [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((found) => found[1] ?? '');
}

function configurationsOf(page: string, pattern: RegExp): readonly string[] {
  return [...textOf(page).matchAll(pattern)].map((found) => found[1] ?? '');
}

/** Blocks of JSON that are whole model configurations. */
function jsonBlocks(page: string): readonly string[] {
  return configurationsOf(page, /^```json\n([\s\S]*?)^```/gm).filter((text) => /"(?:baseURL|endpoints)"/.test(text));
}
