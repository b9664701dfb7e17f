declare module 'picomatch' {
  /** The part of picomatch that is used here; the package carries no types. */
  function picomatch(glob: string, options?: { readonly dot?: boolean }): (path: string) => boolean;
  export = picomatch;
}
