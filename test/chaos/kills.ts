/** How many kills a run of the suites makes: few for every day, all where `OPENMAGUS_KILLS=all` asks for it. */
export function wantedKills(): { readonly atBoundaries: number; readonly between: number; readonly ofTheHost: number } {
  const asked = process.env['OPENMAGUS_KILLS'];
  if (asked === 'all')
    return { atBoundaries: Number.POSITIVE_INFINITY, between: 30, ofTheHost: Number.POSITIVE_INFINITY };
  const count = asked === undefined ? 24 : Number(asked);
  if (!Number.isInteger(count) || count < 1)
    throw new Error(`OPENMAGUS_KILLS is a number of kills or all, not ${asked}.`);
  return { atBoundaries: count, between: Math.ceil(count / 4), ofTheHost: count };
}

/** `wanted` numbers from 1 to `last`, evenly spread and with both ends; all of them where there are no more. */
export function spread(last: number, wanted: number): readonly number[] {
  if (wanted >= last) return Array.from({ length: last }, (_, index) => index + 1);
  const chosen = Array.from(
    { length: wanted },
    (_, index) => 1 + Math.round((index * (last - 1)) / Math.max(1, wanted - 1)),
  );
  return [...new Set(chosen)];
}

/** Numbers from 0 to below 1, the same ones for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
