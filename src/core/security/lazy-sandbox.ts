import type { Sandbox } from './sandbox.ts';

/** A sandbox that is loaded when a command first asks for it; switched off, it is missing. */
export function lazySandbox(load: () => Promise<Sandbox>, isOff: () => boolean): Sandbox {
  let loading: Promise<Sandbox> | undefined;
  let missing: Promise<string | undefined> | undefined;
  const loaded = (): Promise<Sandbox> => {
    loading ??= load();
    return loading;
  };
  return {
    async missing() {
      if (isOff())
        return 'The sandbox is switched off. Set it to auto in the setting openmagus.sandbox or in security.json.';
      missing ??= loaded().then((sandbox) => sandbox.missing());
      return missing;
    },
    confine: async (command) => (await loaded()).confine(command),
    close: async () => (await loading)?.close(),
  };
}
