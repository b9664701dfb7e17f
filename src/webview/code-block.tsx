import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { highlighting, wantHighlighting } from './lazy.ts';

/** Characters up to which code is coloured; beyond, colouring would be felt. */
const mostColoured = 30_000;

interface CodeBlockProperties {
  readonly text: string;
  readonly language: string;
  /** Still being written: it gets its colours when it is whole. */
  readonly growing?: boolean;
}

export function CodeBlock({ text, language, growing }: CodeBlockProperties): VNode {
  const name = language.split(/[\s{:,]/, 1)[0]?.toLowerCase() ?? '';
  const colourable = name !== '' && !growing && text.length <= mostColoured;
  if (colourable) wantHighlighting();
  const reader = colourable ? highlighting.value : undefined;
  const runs = useMemo(() => reader?.highlight(text, name), [reader, text, name]);
  return (
    <section class="code" tabIndex={0} aria-label={name ? `Code, ${name}` : 'Code'}>
      <pre>
        <code>
          {runs
            ? runs.map((run, index) => (
                <span key={index} class={run.scope ? `code-${run.scope}` : undefined}>
                  {run.text}
                </span>
              ))
            : text}
        </code>
      </pre>
    </section>
  );
}
