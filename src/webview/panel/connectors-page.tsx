import type { VNode } from 'preact';
import type { ConnectorKey, ConnectorPicture } from '../../protocol/connectors.ts';
import { remedyWords } from '../../protocol/remedies.ts';
import { Icon, type IconName } from '../icon.tsx';
import { connectors, send, surroundings } from './panel-state.ts';
import { Restricted } from './restricted.tsx';

/** The MCP servers and APIs that tasks can use, each with its state, its keys and what can be done with it. */
export function ConnectorsPage(): VNode {
  const picture = connectors.value;
  const trusted = surroundings.value?.trusted ?? false;
  if (!picture) return <p class="quiet pad">Loading…</p>;
  return (
    <div class="connectors scroll">
      {trusted ? null : <Restricted words="connectors can be looked at; none is started, fetched or trusted." />}
      {picture.faults.map((fault) => (
        <section key={fault} class="card failed" aria-label="Wrong configuration">
          <p>{fault}</p>
        </section>
      ))}
      {picture.connectors.length === 0 ? <Nothing /> : null}
      <Group title="MCP servers" kind="mcp" />
      <Group title="APIs" kind="api" />
      <div class="row">
        <button type="button" onClick={() => send({ type: 'connectors' })}>
          Read Again
        </button>
        <button type="button" onClick={() => send({ type: 'remedy', remedy: 'configure' })}>
          {remedyWords.configure}
        </button>
        <button type="button" onClick={() => send({ type: 'remedy', remedy: 'show-log' })}>
          {remedyWords['show-log']}
        </button>
      </div>
    </div>
  );
}

function Nothing(): VNode {
  return (
    <p class="nothing">
      No connector is configured. MCP servers of VS Code's own <code>mcp.json</code> and of{' '}
      <code>.vscode/mcp.json</code> appear here by themselves; more are named in the setting{' '}
      <code>openmagus.mcpServers</code>, APIs with an OpenAPI document in <code>openmagus.apis</code>.
    </p>
  );
}

function Group({ title, kind }: { readonly title: string; readonly kind: ConnectorPicture['kind'] }): VNode | null {
  const shown = connectors.value?.connectors.filter((each) => each.kind === kind) ?? [];
  if (shown.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {shown.map((connector) => (
          <li key={connector.name}>
            <Connector connector={connector} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const states = {
  untrusted: { icon: 'denied', look: 'asks', words: 'not trusted' },
  ready: { icon: 'circle', look: 'pending', words: 'ready' },
  running: { icon: 'verified', look: 'verified', words: 'running' },
  busy: { icon: 'spin', look: 'running', words: 'being tested' },
  failed: { icon: 'problems', look: 'failed', words: 'failed' },
} as const satisfies Readonly<
  Record<ConnectorPicture['state'], { readonly icon: IconName; readonly look: string; readonly words: string }>
>;

function Connector({ connector }: { readonly connector: ConnectorPicture }): VNode {
  const { name, kind, object, source, state, words, keys, trusted } = connector;
  const { icon, look, words: stateWords } = states[state];
  const act = (chosen: 'test' | 'cancel' | 'distrust') => () => send({ type: 'connector', act: chosen, kind, name });
  const restricted = !surroundings.value?.trusted;
  return (
    <article class={state === 'failed' ? 'card failed' : 'card'} aria-label={name}>
      <h3>
        {name}{' '}
        <span class="stands" role="status">
          <span class={`state ${look}`}>
            <Icon name={icon} spinning={state === 'busy'} />
          </span>{' '}
          {stateWords}
        </span>
      </h3>
      <p class={state === 'failed' ? 'said' : 'quiet said'}>{words}</p>
      <dl class="facts">
        <dt>{kind === 'mcp' && !/^https?:/.test(object) ? 'Starts' : 'At'}</dt>
        <dd>
          <code>{object}</code>
        </dd>
        <dt>{kind === 'mcp' ? 'Named in' : 'Document'}</dt>
        <dd>{source}</dd>
        {keys.length === 0 ? null : <dt>{keys.length === 1 ? 'Key' : 'Keys'}</dt>}
        {keys.map((key) => (
          <Key key={key.name} of={key} />
        ))}
      </dl>
      <div class="row">
        {state === 'busy' ? (
          <button type="button" aria-label={`Cancel the test of ${name}`} onClick={act('cancel')}>
            Cancel
          </button>
        ) : (
          <button
            type="button"
            aria-label={`${trusted ? 'Test' : 'Trust and Test'} ${name}`}
            disabled={restricted}
            onClick={act('test')}
          >
            {trusted ? 'Test' : 'Trust and Test…'}
          </button>
        )}
        {kind === 'mcp' && trusted ? (
          <button type="button" aria-label={`Stop Trusting ${name}`} disabled={restricted} onClick={act('distrust')}>
            Stop Trusting
          </button>
        ) : null}
      </div>
    </article>
  );
}

function Key({ of: { name, goesTo, isSet } }: { readonly of: ConnectorKey }): VNode {
  const words = isSet ? 'Change' : 'Set Key';
  return (
    <dd>
      <code>{name}</code> for {goesTo}: {isSet ? 'set' : <strong>not set</strong>}{' '}
      <button
        type="button"
        class="link"
        aria-label={`${words} ${name}`}
        onClick={() => send({ type: 'set-key', secret: name })}
      >
        {words}
      </button>
    </dd>
  );
}
