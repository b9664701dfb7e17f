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
    search: async (api, query) => (await loaded()).search(api, query),
    describe: async (api, operation) => (await loaded()).describe(api, operation),
    prepare: async (api, wanted) => (await loaded()).prepare(api, wanted),
    call: async (authorized, call, signal) => (await loaded()).call(authorized, call, signal),
  };
}
