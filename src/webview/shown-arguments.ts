/** Arguments of a call as a person reads them best, and the language that colours them. */
export interface ShownArguments {
  readonly text: string;
  readonly language: string;
}

/** An edit is a diff, a command is a command; anything else, and whatever the model got wrong, is shown as it is. */
export function shownArguments(name: string, written: string): ShownArguments {
  const values = parsed(written);
  if (values === undefined) return { text: written, language: '' };
  const own = Object.hasOwn(readers, name) ? readers[name]?.(values) : undefined;
  return own ?? { text: JSON.stringify(values, null, 2), language: 'json' };
}

type Values = Readonly<Record<string, unknown>>;
type Reader = (values: Values) => ShownArguments | undefined;

const readers: Readonly<Record<string, Reader>> = {
  run_command: ({ command }) => (typeof command === 'string' ? { text: command, language: 'bash' } : undefined),
  apply_patch: ({ patch }) => (typeof patch === 'string' ? { text: patch, language: 'diff' } : undefined),
  write_file: ({ content }) =>
    typeof content === 'string' ? { text: signed('+', content), language: 'diff' } : undefined,
  edit_file: ({ edits }) => {
    if (!Array.isArray(edits)) return undefined;
    const parts = edits.map(editDiff);
    return parts.includes(undefined) ? undefined : { text: parts.join('\n\n'), language: 'diff' };
  },
};

function editDiff(edit: unknown): string | undefined {
  if (typeof edit !== 'object' || edit === null) return undefined;
  const { old_text: before, new_text: after, replace_all: everywhere } = edit as Readonly<Record<string, unknown>>;
  if (typeof before !== 'string' || typeof after !== 'string') return undefined;
  const where = everywhere === true ? '@@ everywhere it stands @@' : '';
  return [where, before && signed('-', before), after && signed('+', after)].filter(Boolean).join('\n');
}

function signed(sign: string, text: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${sign} ${line}`)
    .join('\n');
}

function parsed(written: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'object' && value !== null ? (value as Values) : undefined;
  } catch {
    return undefined;
  }
}
