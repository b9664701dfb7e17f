import type { VNode } from 'preact';

const paths = {
  back: 'M9.5 3.5 5 8l4.5 4.5',
  close: 'M4.5 4.500l7 7m0-7-7 7',
  trash: 'M3 4.500h10M6.500 4.500v-1.500h3v1.500M4.500 4.500l.5 8.500h6l.5-8.500M6.800 7v3.500M9.200 7v3.500',
  verified: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11M5.500 8.200l1.800 1.800 3.300-3.800',
  limit: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11M8 5v3.200l2 1.300',
  pause: 'M6 4.500v7M10 4.500v7',
  waits: 'M4.500 11v-3.500a3.500 3.500 0 0 1 7 0v3.500l1 1h-9zM7 13.500h2',
  mention:
    'M10.300 8a2.300 2.300 0 1 1-4.600 0 2.300 2.300 0 0 1 4.600 0c0 2.400 3 2.200 3-.3a5.300 5.300 0 1 0-2.600 4.800',
  check: 'M3.5 8.500l3 3 6-7',
  circle: 'M8 3.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9',
  spin: 'M8 3a5 5 0 1 1-5 5',
  ask: 'M6 6.200a2 2 0 1 1 2.8 1.900c-.6.3-.8.7-.8 1.400M8 12v.1',
  denied: 'M8 2.800a5.2 5.2 0 1 0 0 10.400A5.2 5.2 0 0 0 8 2.800M4.4 4.400l7.2 7.2',
  chevron: 'M6 4l4 4-4 4',
  stop: 'M4.5 4.500h7v7h-7z',
  diff: 'M8 3v6M5 6h6M5 12.500h6',
  undo: 'M3.5 6.500h6a3 3 0 1 1 0 6H6M3.5 6.5 6 4M3.5 6.5 6 9',
  export: 'M8 10V3M5.5 5.5 8 3l2.5 2.500M3.5 9.500v3h9v-3',
  send: 'M8 13V3.500M4 7.500l4-4 4 4',
  file: 'M4 2.500h5l3 3v8H4zM9 2.500v3h3',
  folder: 'M2.5 4h4l1.5 1.500h5.500v7h-11z',
  selection: 'M3 4h10M3 8h6M3 12h8',
  problems: 'M8 3 14 13H2zM8 7v3M8 11.500v.1',
  terminal: 'M3.5 5 6.5 8l-3 3M8 11.500h4.5',
  import: 'M8 3v7M5.500 7.500 8 10l2.500-2.500M3.500 9.500v3h9v-3',
  migrate: 'M3 6h9M9.500 3.500 12 6M13 10h-9M6.500 12.500 4 10',
  fact: 'M8 2.500a3.800 3.800 0 0 0-2.200 6.900v1.600h4.400v-1.600A3.800 3.800 0 0 0 8 2.500M6.500 13.500h3',
  workflow: 'M6 2.500h4v3H6zM2.500 10.500h4v3h-4zM9.500 10.500h4v3h-4zM8 5.500v2.500M4.500 10.500v-2.500h7v2.500',
} as const;
export type IconName = keyof typeof paths;

/** A small drawing beside words that say the same; alone in a button, the button carries the label. */
export function Icon({ name, spinning }: { readonly name: IconName; readonly spinning?: boolean }): VNode {
  return (
    <svg class={spinning ? 'icon spinning' : 'icon'} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

interface IconButtonProperties {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (event: { readonly currentTarget: HTMLElement }) => void;
  readonly disabled?: boolean;
}

export function IconButton({ icon, label, onClick, disabled }: IconButtonProperties): VNode {
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
