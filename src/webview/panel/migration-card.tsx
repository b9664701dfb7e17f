import type { VNode } from 'preact';
import type { MigrationPicture, ServerMigration } from '../../protocol/panel.ts';
import { Icon, type IconName } from '../icon.tsx';
import { send } from './panel-state.ts';

const headings: Readonly<Record<MigrationPicture['state'], string>> = {
  runs: 'Migrating to the servers',
  paused: 'Migration paused',
  ended: 'Migration ended',
  cancelled: 'Migration cancelled',
};

/** How far the servers are, and at the end what their checksums say. */
export function MigrationCard({ migration }: { readonly migration: MigrationPicture }): VNode {
  const { state, servers } = migration;
  const open = state === 'runs' || state === 'paused';
  const act = (chosen: 'pause' | 'go-on' | 'cancel' | 'dismiss') => () => send({ type: 'migrate', act: chosen });
  return (
    <section class="card migration" aria-label="Migration">
      <p role="status">
        <strong>{headings[state]}</strong>
      </p>
      <ul>
        {servers.map((server) => (
          <Server key={server.name} server={server} paused={state === 'paused'} />
        ))}
      </ul>
      <div class="row">
        {open ? (
          <>
            <button type="button" onClick={act(state === 'paused' ? 'go-on' : 'pause')}>
              {state === 'paused' ? 'Go On' : 'Pause'}
            </button>
            <button type="button" onClick={act('cancel')}>
              Cancel
            </button>
          </>
        ) : (
          <button type="button" onClick={act('dismiss')}>
            Dismiss
          </button>
        )}
      </div>
    </section>
  );
}

const icons: Readonly<Record<ServerMigration['state'], IconName>> = {
  waits: 'circle',
  runs: 'spin',
  equal: 'verified',
  differs: 'problems',
  failed: 'close',
};
const looks: Readonly<Record<ServerMigration['state'], string>> = {
  waits: 'pending',
  runs: 'running',
  equal: 'verified',
  differs: 'failed',
  failed: 'failed',
};

interface ServerProperties {
  readonly server: ServerMigration;
  readonly paused: boolean;
}

function Server({ server, paused }: ServerProperties): VNode {
  const runs = server.state === 'runs' && !paused;
  const { name, kind, state, sent, total, words } = server;
  return (
    <li>
      <span class={`state ${looks[state]}`}>
        <Icon name={state === 'runs' && paused ? 'pause' : icons[state]} spinning={runs} />
      </span>{' '}
      {name} <span class="quiet">({kind}s)</span>
      {state === 'runs' ? (
        <>
          {' '}
          <progress aria-label={`Sent to ${name}`} max={Math.max(1, total)} value={sent} />{' '}
          <span class="quiet">
            {sent} of {total}
          </span>
        </>
      ) : null}
      {words === '' ? null : <span class="quiet"> {words}</span>}
    </li>
  );
}
