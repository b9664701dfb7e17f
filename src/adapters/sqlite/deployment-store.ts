import type { DatabaseSync } from 'node:sqlite';
import type { Deployment, Release } from '../../core/deploy/deployment.ts';
import type { JournalOperations } from './journal-protocol.ts';
import { inTransaction } from './transaction.ts';

export type DeploymentStore = Pick<
  JournalOperations,
  'addDeployment' | 'readDeployment' | 'releasesOf' | 'changeDeployment' | 'knowsTarget'
>;

/** A plan that was never applied is forgotten after so long, and with it that its target was allowed. */
const keptPlansMs = 7 * 24 * 3_600_000;

/** Plans of deployments and what became of them, for every process of the user. */
export function createDeploymentStore(database: DatabaseSync): DeploymentStore {
  const add = database.prepare(
    'INSERT INTO deployment(plan_id, workspace, target, state, made_ms, body) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const dropOld = database.prepare("DELETE FROM deployment WHERE state = 'planned' AND made_ms < ?");
  const read = database.prepare('SELECT body FROM deployment WHERE plan_id = ?');
  const releases = database.prepare(
    "SELECT json_remove(body, '$.plan.bound', '$.plan.difference') AS body FROM deployment WHERE workspace = ? AND state <> 'planned' ORDER BY id DESC LIMIT ?",
  );
  const stateOf = database.prepare('SELECT state FROM deployment WHERE plan_id = ?');
  const change = database.prepare('UPDATE deployment SET state = ?, body = ? WHERE plan_id = ?');
  const known = database.prepare('SELECT 1 FROM deployment WHERE target = ? LIMIT 1');
  return {
    addDeployment: ({ deployment }) => {
      const { plan, state } = deployment;
      inTransaction(database, () => {
        dropOld.run(plan.madeAtMs - keptPlansMs);
        add.run(plan.planId, plan.root, plan.targetHash, state, plan.madeAtMs, JSON.stringify(deployment));
      });
      return null;
    },
    readDeployment: ({ planId }) => {
      const row = read.get(planId);
      return row ? bodyOf<Deployment>(row) : null;
    },
    releasesOf: ({ root, limit }) => releases.all(root, limit).map((row) => bodyOf<Release>(row)),
    changeDeployment: ({ from, to }) =>
      inTransaction(database, () => {
        const state = stateOf.get(to.plan.planId)?.['state'];
        if (!from.some((each) => each === state)) return false;
        change.run(to.state, JSON.stringify(to), to.plan.planId);
        return true;
      }),
    knowsTarget: ({ targetHash }) => known.get(targetHash) !== undefined,
  };
}

function bodyOf<Body>(row: Readonly<Record<string, unknown>>): Body {
  return JSON.parse(String(row['body'])) as Body;
}
