/** Work that can be put down wherever it yields. */
export type Slices<Result> = Generator<undefined, Result, undefined>;

const longestMs = 6;

/** Does the work with a pause after every few milliseconds, so that a large text does not hold up the editor. */
export async function inSlices<Result>(work: Slices<Result>): Promise<Result> {
  let began = performance.now();
  for (let next = work.next(); ; next = work.next()) {
    if (next.done) return next.value;
    if (performance.now() - began < longestMs) continue;
    await new Promise((resolve) => setTimeout(resolve));
    began = performance.now();
  }
}
