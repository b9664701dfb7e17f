import type { Token, Tokens } from 'marked';
import { type ComponentChildren, h, type VNode } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import { seenText } from '../protocol/hidden-text.ts';
import { CodeBlock } from './code-block.tsx';
import { markdown, wantMarkdown } from './lazy.ts';
import type { GrowingText } from './markdown-tokens.ts';
import { send } from './state.ts';

/** Blocks and marks within each other that are drawn; what is deeper stands as it was written. */
const deepest = 50;

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

interface Grown {
  readonly text: string;
  readonly tokens: GrowingText;
  /** The settled blocks. */
  readonly drawn: VNode[];
}

/** Markdown that is still being written: only its last block is read and drawn again. */
export function GrowingMarkdown({ text: written }: MarkdownProperties): VNode {
  const text = seenText(written).text;
  wantMarkdown();
  const reader = markdown.value;
  const grown = useRef<Grown | undefined>(undefined);
  if (!reader) return <p class="plain">{text}</p>;
  const before = grown.current && text.startsWith(grown.current.text) ? grown.current : undefined;
  const tokens = reader.growTokens(before?.tokens, text);
  const kept = before?.drawn ?? [];
  // What is the same element as before is not looked at again.
  const drawn = [...kept, ...render(tokens.settled.slice(kept.length), 0, kept.length)];
  grown.current = { text, tokens, drawn };
  return (
    <div class="markdown">
      {drawn}
      {tokens.open.map((token, index) => (
        <Piece key={tokens.settled.length + index} token={token as Tokens.Generic} growing />
      ))}
    </div>
  );
}

function render(tokens: readonly Token[] | undefined, depth = 0, first = 0): VNode[] {
  return (tokens ?? []).map((token, index) => (
    <Piece key={first + index} token={token as Tokens.Generic} depth={depth} />
  ));
}

interface PieceProperties {
  readonly token: Tokens.Generic;
  readonly depth?: number;
  readonly growing?: boolean;
}

function Piece({ token, depth = 0, growing }: PieceProperties): VNode {
  if (depth > deepest) return <>{token.raw}</>;
  if (token.type === 'code') {
    return <CodeBlock text={String(token['text'])} language={String(token['lang'] ?? '')} growing={growing ?? false} />;
  }
  const element = blocks[token.type] ?? inlines[token.type];
  if (element) return <>{element(token, (tokens) => render(tokens, depth + 1))}</>;
  // Raw HTML lands here and is shown as it was written.
  return <>{token.tokens ? render(token.tokens, depth + 1) : unescaped(token)}</>;
}

type Inside = (tokens: readonly Token[] | undefined) => ComponentChildren;
type Renderers = Readonly<Record<string, (token: Tokens.Generic, inside: Inside) => ComponentChildren>>;

const blocks: Renderers = {
  space: () => null,
  hr: () => <hr />,
  plain: (token) => <p class="plain">{token.raw}</p>,
  paragraph: (token, inside) => <p>{inside(token.tokens)}</p>,
  // The page's own headings end at h2.
  heading: (token, inside) => h(`h${Math.min(6, Number(token['depth']) + 2)}`, null, inside(token.tokens)),
  blockquote: (token, inside) => <blockquote>{inside(token.tokens)}</blockquote>,
  list: (token, inside) => {
    const items = (token as unknown as Tokens.List).items.map((item, index) => (
      <li key={index}>
        {item.task ? (item.checked ? '☑ ' : '☐ ') : null}
        {inside(item.tokens)}
      </li>
    ));
    return token['ordered'] ? <ol start={Number(token['start']) || 1}>{items}</ol> : <ul>{items}</ul>;
  },
  table: (token, inside) => <Table table={token as unknown as Tokens.Table} inside={inside} />,
};

const inlines: Renderers = {
  strong: (token, inside) => <strong>{inside(token.tokens)}</strong>,
  em: (token, inside) => <em>{inside(token.tokens)}</em>,
  del: (token, inside) => <del>{inside(token.tokens)}</del>,
  codespan: (token) => <code>{String(token['text'])}</code>,
  br: () => <br />,
  checkbox: () => null,
  link: (token, inside) => {
    const address = String(token['href']);
    return /^https?:\/\//i.test(address) ? (
      <a href={address} title={address} onClick={(event) => open(event, address)}>
        {inside(token.tokens)}
      </a>
    ) : (
      <span>{inside(token.tokens)}</span>
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

function Table({ table, inside }: { readonly table: Tokens.Table; readonly inside: Inside }): VNode {
  return (
    <section class="table" tabIndex={0} aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, index) => (
              <th key={index}>{inside(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{inside(cell.tokens)}</td>
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
