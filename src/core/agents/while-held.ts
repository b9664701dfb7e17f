import type { Lease, Ports } from '../ports.ts';

/**
 * Ports that act on the world only while this process holds the task. The journal refuses late events by itself; a process
 * that was frozen, lost the task and woke up right before an effect would have it a second time.
 */
export function whileHeld(ports: Ports, lease: Lease): Ports {
  const { files, commands } = ports;
  return {
    ...ports,
    files: {
      ...files,
      commit: async (authorized, writes) => {
        await lease.confirm();
        await files.commit(authorized, writes);
      },
    },
    commands: {
      ...commands,
      start: async (authorized, start, onOutput) => {
        await lease.confirm();
        return commands.start(authorized, start, onOutput);
      },
      send: async (authorized, commandId, text) => {
        await lease.confirm();
        await commands.send(authorized, commandId, text);
      },
    },
  };
}
