import type { Apis } from './api-port.ts';

/** The APIs, whose adapter is loaded when somebody first asks for one. */
export function lazyApis(load: () => Promise<Apis>): Apis {
  let loading: Promise<Apis> | undefined;
  const loaded = (): Promise<Apis> => {
    loading ??= load();
    return loading;
  };
  return {
    list: async () => (await loaded()).list(),
    known: async (api) => (await loaded()).known(api),
    obtain: async (authorized, api, signal) => (await loaded()).obtain(authorized, api, signal),
    faults: async (document, schema, value) => (await loaded()).faults(document, schema, value),
    call: async (authorized, call, signal) => (await loaded()).call(authorized, call, signal),
  };
}
