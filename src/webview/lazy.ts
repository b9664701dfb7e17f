import { signal } from '@preact/signals';

type Tokens = typeof import('./markdown-tokens.ts');
type Highlight = typeof import('./highlight.ts');
type Charting = typeof import('./draw-chart.ts');

/** Files of their own, fetched when the first text, code or chart is shown; until then text is plain. */
export const markdown = signal<Tokens | undefined>(undefined);
export const highlighting = signal<Highlight | undefined>(undefined);
export const charting = signal<Charting | undefined>(undefined);

let markdownAsked = false;
let highlightingAsked = false;
let chartingAsked = false;

export function wantMarkdown(): void {
  if (markdownAsked) return;
  markdownAsked = true;
  void import('./markdown-tokens.ts').then((loaded) => {
    markdown.value = loaded;
  });
}

export function wantHighlighting(): void {
  if (highlightingAsked) return;
  highlightingAsked = true;
  void import('./highlight.ts').then((loaded) => {
    highlighting.value = loaded;
  });
}

export function wantCharting(): void {
  if (chartingAsked) return;
  chartingAsked = true;
  void import('./draw-chart.ts').then((loaded) => {
    charting.value = loaded;
  });
}
