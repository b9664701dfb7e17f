import { composePorts } from '../compose.ts';
import type { People, Ports } from '../core/ports.ts';
import { dataHome } from '../data-home.ts';
import { headlessEditor, nobody } from './headless.ts';

/** Runs a piece of work over the user's own data, without a model. */
export async function withPorts<Result>(
  work: (ports: Ports) => Promise<Result>,
  people: People = nobody,
): Promise<Result> {
  const { ports, close } = await composePorts({
    home: dataHome(),
    models: undefined,
    people,
    editor: headlessEditor,
    ripgrep: [],
    onEvent: () => {},
    onLive: () => {},
    onWarning: (warning) => process.stderr.write(`openmagus: ${warning}\n`),
  });
  try {
    return await work(ports);
  } finally {
    await close();
  }
}
