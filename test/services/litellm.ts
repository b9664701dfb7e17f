import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installOnce, needProgram, run } from './install.ts';
import { startServer, type TestServer } from './test-server.ts';

const version = '1.108.7';

export interface LiteLlmModel {
  /** As clients ask for it. Several entries of one name share its calls. */
  readonly name: string;
  /** An OpenAI-compatible server: "http://127.0.0.1:1234/v1". */
  readonly url: string;
  readonly upstreamName?: string;
  readonly inputUsdPerToken?: number;
  readonly outputUsdPerToken?: number;
  readonly contextTokens?: number;
}

export interface LiteLlmOptions {
  readonly models: readonly LiteLlmModel[];
  readonly masterKey?: string;
  readonly fallbacks?: Readonly<Record<string, readonly string[]>>;
  readonly retries?: number;
  /** Of everything that goes to upstream servers, a day. */
  readonly dayBudgetUsd?: number;
}

/** A LiteLLM proxy in front of the servers given. */
export async function startLiteLlm(
  options: LiteLlmOptions,
): Promise<TestServer & { readonly url: string; readonly masterKey: string }> {
  const { masterKey = 'sk-test' } = options;
  await needProgram('python3', 'python3', 'python3-venv');
  const folder = await installOnce(`litellm-${version}`, async (fresh) => {
    await run('python3', ['-m', 'venv', join(fresh, 'venv')]);
    // Run by `python -m` later: the scripts that pip writes name the folder of the moment.
    await run(join(fresh, 'venv', 'bin', 'python'), ['-m', 'pip', 'install', '-q', `litellm[proxy]==${version}`]);
  });
  const server = await startServer({
    name: 'litellm',
    command: async ({ port, folder: place }) => {
      const config = join(place, 'config.json');
      // JSON is YAML.
      await writeFile(config, JSON.stringify(configuration(options, masterKey), null, 2));
      return {
        file: join(folder, 'venv', 'bin', 'python'),
        args: [
          ...['-c', 'from litellm import run_server; run_server()'],
          ...['--config', config, '--host', '127.0.0.1', '--port', String(port)],
        ],
        env: {
          LITELLM_LOCAL_MODEL_COST_MAP: 'True',
          LITELLM_TELEMETRY: 'False',
          NO_PROXY: '127.0.0.1',
          no_proxy: '127.0.0.1',
        },
      };
    },
    ready: async (port) => (await fetch(`http://127.0.0.1:${port}/health/liveliness`)).ok,
    readyMs: 180_000,
  });
  return { ...server, url: `http://127.0.0.1:${server.port}`, masterKey };
}

function configuration(options: LiteLlmOptions, masterKey: string) {
  const { models, fallbacks = {}, retries = 0 } = options;
  return {
    model_list: models.map((model) => ({
      model_name: model.name,
      litellm_params: {
        model: `openai/${model.upstreamName ?? model.name}`,
        api_base: model.url,
        api_key: 'none',
        input_cost_per_token: model.inputUsdPerToken,
        output_cost_per_token: model.outputUsdPerToken,
      },
      model_info: { max_input_tokens: model.contextTokens, max_tokens: model.contextTokens },
    })),
    litellm_settings: { num_retries: retries, telemetry: false },
    router_settings: {
      num_retries: retries,
      ...(options.dayBudgetUsd === undefined
        ? {}
        : { provider_budget_config: { openai: { budget_limit: options.dayBudgetUsd, time_period: '1d' } } }),
      fallbacks: Object.entries(fallbacks).map(([name, others]) => ({ [name]: others })),
    },
    general_settings: { master_key: masterKey },
  };
}
