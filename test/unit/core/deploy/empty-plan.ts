import type { DeployPlan } from '../../../../src/core/deploy/deployment.ts';

/** A plan that runs nothing. */
export const emptyPlan: DeployPlan = {
  planId: '0123456789ab',
  taskId: 'task',
  target: 'site',
  settings: { kind: 'rsync', source: 'public', host: 'web.example', path: '/srv/site' },
  environment: 'staging',
  environmentCounts: false,
  object: 'web.example:/srv/site',
  names: [],
  root: '/work',
  madeAtMs: 1000,
  apply: [],
  rollback: { commands: [], note: '' },
  difference: '',
  places: [],
  bound: { files: {}, environment: {}, identity: {} },
  targetHash: 'ab',
  known: false,
};
