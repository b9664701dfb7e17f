import { MagusError } from '../errors/magus-error.ts';
import type { AssertHeld, Lease, Ports } from '../ports.ts';

/**
 * Ports that act on the world only while this process holds the task. The journal refuses late events by itself; a process
 * that was frozen, lost the task and woke up right before an effect would have it a second time.
 */
export function whileHeld(ports: Ports, lease: Lease): Ports {
  const { files, commands, clock } = ports;
  const confirmed = async (): Promise<AssertHeld> => {
    const { untilMs } = await lease.confirm();
    return () => {
      if (clock.now() < untilMs) return;
      throw new MagusError(
        'user-input',
        'This process was stopped for so long that another one may have taken the task over; nothing more was done. Look at the task, then resume it.',
        { code: 'LEASED' },
      );
    };
  };
  return {
    ...ports,
    files: {
      ...files,
      commit: async (authorized, writes) => {
        await files.commit(authorized, writes, await confirmed());
      },
    },
    commands: {
      ...commands,
      start: async (authorized, start, onOutput) => {
        return commands.start(authorized, start, onOutput, await confirmed());
      },
      send: async (authorized, commandId, text) => {
        await lease.confirm();
        await commands.send(authorized, commandId, text);
      },
    },
  };
}
