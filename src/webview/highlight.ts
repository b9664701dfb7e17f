import highlighter from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import cpp from 'highlight.js/lib/languages/cpp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';

/** A stretch of code that has one colour. */
export interface CodeRun {
  readonly scope: string | undefined;
  readonly text: string;
}

const languages = { bash, cpp, css, diff, go, java, json, python, rust, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(languages)) highlighter.registerLanguage(name, language);
highlighter.registerAliases(['javascript', 'js', 'jsx', 'mjs', 'cjs'], { languageName: 'typescript' });
highlighter.registerAliases(['shell', 'console', 'shellsession'], { languageName: 'bash' });

/** Runs instead of HTML, so that no markup is ever made of text. Undefined for a language that is not known. */
export function highlight(code: string, language: string): readonly CodeRun[] | undefined {
  if (!highlighter.getLanguage(language)) return undefined;
  const result = highlighter.highlight(code, { language, ignoreIllegals: true });
  const runs: CodeRun[] = [];
  collect((result._emitter as unknown as { rootNode: Node }).rootNode, undefined, runs);
  return runs;
}

interface Node {
  readonly scope?: string;
  readonly children: readonly (Node | string)[];
}

function collect(node: Node, outer: string | undefined, runs: CodeRun[]): void {
  // `title.function` is drawn like `title`; a part without a name of its own like what is around it.
  const scope = node.scope?.split('.', 1)[0] ?? outer;
  for (const child of node.children) {
    if (typeof child === 'string') runs.push({ scope, text: child });
    else collect(child, scope, runs);
  }
}
