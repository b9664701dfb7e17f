/** Numbers drawn by lot, the same for the same seed: what fails can be run again. */
export function drawnFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Any JSON value, with a taste for what programs stumble over. */
export function hostileValue(draw: () => number, depth = 0): unknown {
  const kind = draw();
  if (depth < 4 && kind < 0.15) return Array.from({ length: whole(draw, 5) }, () => hostileValue(draw, depth + 1));
  if (depth < 4 && kind < 0.35)
    return Object.fromEntries(
      Array.from({ length: whole(draw, 5) }, () => [hostileText(draw), hostileValue(draw, depth + 1)]),
    );
  if (kind < 0.75) return hostileText(draw);
  return pick(draw, oddities);
}

/** The sample with some of its parts replaced, left out, added or repeated. */
export function mutated(sample: unknown, draw: () => number): unknown {
  if (draw() < 0.08) return hostileValue(draw);
  if (Array.isArray(sample)) {
    const parts = sample.flatMap((part: unknown) =>
      draw() < 0.1 ? [] : draw() < 0.1 ? [part, part] : [mutated(part, draw)],
    );
    return draw() < 0.03 ? Array.from({ length: 3000 }, () => parts[0] ?? 1) : parts;
  }
  if (typeof sample === 'object' && sample !== null) {
    const kept = Object.entries(sample).flatMap(([key, part]): [string, unknown][] =>
      draw() < 0.08 ? [] : [[draw() < 0.04 ? hostileText(draw) : key, mutated(part, draw)]],
    );
    // Own properties even where the name is special.
    return JSON.parse(JSON.stringify(Object.fromEntries(draw() < 0.1 ? [...kept, ['constructor', 1]] : kept)));
  }
  return typeof sample === 'string' && draw() < 0.25 ? spoilt(sample, draw) : sample;
}

/** A text with bytes flipped, cut off, doubled or blown up. */
export function spoilt(text: string, draw: () => number): string {
  const at = whole(draw, text.length + 1);
  const kind = draw();
  if (kind < 0.3) return text.slice(0, at) + hostileText(draw) + text.slice(at);
  if (kind < 0.5) return text.slice(0, at);
  if (kind < 0.7) return text.slice(0, at) + String.fromCharCode(whole(draw, 65_536)) + text.slice(at + 1);
  return kind < 0.75 ? text.repeat(1 + whole(draw, 400)) : text + text;
}

export function whole(draw: () => number, below: number): number {
  return Math.floor(draw() * below);
}

function pick<Value>(draw: () => number, values: readonly Value[]): Value {
  return values[whole(draw, values.length)] as Value;
}

function hostileText(draw: () => number): string {
  const text = pick(draw, texts);
  return draw() < 0.05 ? text.repeat(whole(draw, 3000)) : text;
}

const oddities: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1e308, -0.5, 2 ** 53, 1e21],
  ...[[], {}, [[[[[[[[]]]]]]]], { length: -1 }, { toString: 1, valueOf: null }],
];
const texts: readonly string[] = [
  ...['', ' ', '\0', '\n', '\r\n', '\u2028', '\ud83d', '\u202e', '\u200b', '\u{e0041}', '\ufeff', '\u001b[2J'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
  ...[
    '../../../outside',
    '/etc/passwd',
    '~/.ssh/id',
    'C:\\x',
    '\\\\host\\share',
    'CON',
    'file:///etc/passwd',
    '.git/config',
  ],
  ...[
    '$(touch ../outside/marker)',
    '`touch ../outside/marker`',
    '; touch ../outside/marker',
    "'; DROP TABLE memory; --",
  ],
  ...[
    '" NEAR * OR',
    'a*b*c*'.repeat(9),
    '(((((((((',
    '[[[[',
    '\\',
    '%00',
    '%n%s',
    '{{x}}',
    '<script>x</script>',
    '![](http://127.0.0.1:9/x)',
  ],
  ...['NaN', 'Infinity', '1e999', '-0', '0x1f', 'null', 'true', '😀', 'ß', 'İ', 'ﬁ', 'a\u0301'],
];
