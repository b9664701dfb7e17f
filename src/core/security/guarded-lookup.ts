export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}
type Answer = (error: Error | null, found: string | readonly FoundAddress[], family?: number) => void;
/** As `lookup` of a system's name service. */
export type Lookup = (
  host: string,
  options: { readonly all?: boolean; readonly family?: number | string },
  answer: Answer,
) => void;

/**
 * A lookup for one connection: it asks once, and gives on only addresses that pass the check. So what is dialled is what was
 * looked at, whatever a name leads to a moment later. Where none passes, the check's own error is the answer.
 */
export function guardedLookup(lookup: Lookup, check: (host: string, address: string) => void): Lookup {
  return (host, options, answer) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error) return answer(error, []);
      const all: readonly FoundAddress[] = typeof found === 'string' ? [] : found;
      let refusal: unknown;
      const passing = all.filter(({ address }) => {
        try {
          check(host, address);
          return true;
        } catch (caught) {
          refusal = caught;
          return false;
        }
      });
      const [first] = passing;
      if (first === undefined) return answer(asError(refusal, host), []);
      if (options.all) return answer(null, passing);
      return answer(null, first.address, first.family);
    });
  };
}

function asError(refusal: unknown, host: string): Error {
  return refusal instanceof Error
    ? refusal
    : Object.assign(new Error(`${host} has no address.`), { code: 'ENOTFOUND' });
}
