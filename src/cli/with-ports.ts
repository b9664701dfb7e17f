import { composePorts } from '../compose.ts';
import type { ConfiguredModels } from '../core/models/configured-models.ts';
import type { ModelDesk } from '../core/models/model-desk.ts';
import type { Ports } from '../core/ports.ts';
import { dataHome } from '../data-home.ts';
import { headlessEditor, indexWanted, nobody } from './headless.ts';
import { secretInEnvironment, secretsInEnvironment } from './options.ts';

/** Runs a piece of work over the user's own data, or that of another folder; without models, unless they are given. */
export async function withPorts<Result>(
  work: (ports: Ports, desk: ModelDesk | undefined) => Promise<Result>,
  models?: ConfiguredModels,
  home = dataHome(),
): Promise<Result> {
  const { ports, desk, close } = await composePorts({
    home,
    models,
    secretOf: async (name) => secretInEnvironment(name),
    secretNames: async () => secretsInEnvironment(),
    people: nobody,
    editor: headlessEditor,
    ripgrep: [],
    onEvent: () => {},
    onLive: () => {},
    onWarning: (warning) => process.stderr.write(`openmagus: ${warning}\n`),
    indexes: indexWanted(),
    onIndexState: () => {},
  });
  try {
    return await work(ports, desk());
  } finally {
    await close();
  }
}
