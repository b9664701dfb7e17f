import { type Signal, signal } from '@preact/signals';

interface Lazy<Loaded> {
  readonly loaded: Signal<Loaded | undefined>;
  want(this: void): void;
}

/** Files of their own, fetched when the first text, code or chart is shown; until then text is plain. */
function lazily<Loaded>(load: () => Promise<Loaded>): Lazy<Loaded> {
  const loaded = signal<Loaded | undefined>(undefined);
  let asked = false;
  const want = (): void => {
    if (asked) return;
    asked = true;
    void load().then((value) => {
      loaded.value = value;
    });
  };
  return { loaded, want };
}

export const { loaded: markdown, want: wantMarkdown } = lazily(() => import('./markdown-tokens.ts'));
export const { loaded: highlighting, want: wantHighlighting } = lazily(() => import('./highlight.ts'));
export const { loaded: charting, want: wantCharting } = lazily(() => import('./draw-chart.ts'));
