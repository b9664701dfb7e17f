import type { McpServers } from './mcp-port.ts';

/** The servers, whose adapter is loaded when somebody first asks for one. */
export function lazyMcp(load: () => Promise<McpServers>): McpServers {
  let loading: Promise<McpServers> | undefined;
  const loaded = (): Promise<McpServers> => {
    loading ??= load();
    return loading;
  };
  return {
    list: async (roots) => (await loaded()).list(roots),
    connect: async (authorized, server, place, signal) => (await loaded()).connect(authorized, server, place, signal),
    call: async (authorized, call, place, signal) => (await loaded()).call(authorized, call, place, signal),
    forget: async (server) => (await loaded()).forget(server),
    close: async () => {
      await (await loading?.catch(() => undefined))?.close();
    },
  };
}
