import type { Token, Tokens } from 'marked';
import { type ComponentChildren, h, type VNode } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { seenText } from '../protocol/hidden-text.ts';
import { CodeBlock } from './code-block.tsx';
import { markdown, wantMarkdown } from './lazy.ts';
import type { GrowingText } from './markdown-tokens.ts';
import { send } from './state.ts';

interface MarkdownProperties {
  readonly text: string;
}

/** Markdown as elements. No HTML string is ever made, so what a model writes cannot become markup. */
export function Markdown({ text: written }: MarkdownProperties): VNode {
  const text = seenText(written).text;
  wantMarkdown();
  const reader = markdown.value;
  const tokens = useMemo(() => reader?.markdownTokens(text), [reader, text]);
  return <div class="markdown">{tokens ? render(tokens) : <p class="plain">{text}</p>}</div>;
}

/** Markdown that is still being written: only its last block is read and drawn again. */
export function GrowingMarkdown({ text: written }: MarkdownProperties): VNode {
  const text = seenText(written).text;
  wantMarkdown();
  const reader = markdown.value;
  const grown = useRef<{ readonly text: string; readonly tokens: GrowingText } | undefined>(undefined);
  if (!reader) return <p class="plain">{text}</p>;
  const before = grown.current && text.startsWith(grown.current.text) ? grown.current.tokens : undefined;
  const tokens = reader.growTokens(before, text);
  grown.current = { text, tokens };
  return (
    <div class="markdown">
      {render(tokens.settled)}
      {tokens.open.map((token, index) => (
        <Piece key={tokens.settled.length + index} token={token as Tokens.Generic} growing />
      ))}
    </div>
  );
}

function render(tokens: readonly Token[] | undefined): ComponentChildren {
  return (tokens ?? []).map((token, index) => <Piece key={index} token={token as Tokens.Generic} />);
}

function Piece({ token, growing }: { readonly token: Tokens.Generic; readonly growing?: boolean }): VNode {
  if (token.type === 'code') {
    return <CodeBlock text={String(token['text'])} language={String(token['lang'] ?? '')} growing={growing ?? false} />;
  }
  const element = blocks[token.type] ?? inlines[token.type];
  if (element) return <>{element(token)}</>;
  // Raw HTML lands here and is shown as it was written.
  return <>{token.tokens ? render(token.tokens) : unescaped(token)}</>;
}

type Renderers = Readonly<Record<string, (token: Tokens.Generic) => ComponentChildren>>;

const blocks: Renderers = {
  space: () => null,
  hr: () => <hr />,
  paragraph: (token) => <p>{render(token.tokens)}</p>,
  // The page's own headings end at h2.
  heading: (token) => h(`h${Math.min(6, Number(token['depth']) + 2)}`, null, render(token.tokens)),
  blockquote: (token) => <blockquote>{render(token.tokens)}</blockquote>,
  list: (token) => {
    const items = (token as unknown as Tokens.List).items.map((item, index) => (
      <li key={index}>
        {item.task ? (item.checked ? '☑ ' : '☐ ') : null}
        {render(item.tokens)}
      </li>
    ));
    return token['ordered'] ? <ol start={Number(token['start']) || 1}>{items}</ol> : <ul>{items}</ul>;
  },
  table: (token) => <Table table={token as unknown as Tokens.Table} />,
};

const inlines: Renderers = {
  strong: (token) => <strong>{render(token.tokens)}</strong>,
  em: (token) => <em>{render(token.tokens)}</em>,
  del: (token) => <del>{render(token.tokens)}</del>,
  codespan: (token) => <code>{String(token['text'])}</code>,
  br: () => <br />,
  checkbox: () => null,
  link: (token) => {
    const address = String(token['href']);
    return /^https?:\/\//i.test(address) ? (
      <a href={address} title={address} onClick={(event) => open(event, address)}>
        {render(token.tokens)}
      </a>
    ) : (
      <span>{render(token.tokens)}</span>
    );
  },
  // A remote image would tell its server that it was looked at.
  image: (token) => <span>[image: {String(token['text'])}]</span>,
};

/** The host asks first: what stands in an address is told to whoever is there. VS Code itself would open it at once. */
function open(event: Event, address: string): void {
  event.preventDefault();
  event.stopPropagation();
  send({ type: 'open-link', address });
}

function Table({ table }: { readonly table: Tokens.Table }): VNode {
  return (
    <section class="table" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, index) => (
              <th key={index}>{render(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{render(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function unescaped(token: Tokens.Generic): string {
  return String(token.type === 'html' ? token.raw : (token['text'] ?? token.raw));
}
