import assert from 'node:assert/strict';
import { decide } from '../../../../src/core/security/decide.ts';
import { noTaint, strictPolicy } from '../../../../src/core/security/policy.ts';
import { joinTaint, labelOf, taintWords } from '../../../../src/core/security/taint.ts';
import type { Effect } from '../../../../src/protocol/effects.ts';
import type { TaskEvent } from '../../../../src/protocol/task-event.ts';
import { created, ended, stateOf } from '../task/logs.ts';

const page: Effect = { verb: 'connect', object: 'https://example.com/page', zone: 'outside' };
const run: Effect = { verb: 'run', object: '/w$ make', zone: 'workspace' };
const policy = { ...strictPolicy, trusted: true, hosts: ['example.com'] };
const untrusted = joinTaint(noTaint, { source: 'https://example.com/page', integrity: 'untrusted' });

describe('labels', () => {
  it('come from what a call did, never from what it says', () => {
    assert.equal(labelOf([run, { verb: 'read', object: '/w/a.ts', zone: 'workspace' }]), undefined);
    assert.deepEqual(labelOf([page]), { source: 'https://example.com/page', integrity: 'untrusted' });
    assert.equal(labelOf([{ verb: 'read', object: '/etc/motd', zone: 'outside' }])?.integrity, 'untrusted');
    assert.equal(labelOf([{ ...run, protects: 'the network' }])?.integrity, 'untrusted');
    assert.deepEqual(labelOf([{ verb: 'read', object: '/w/.env', zone: 'workspace' }]), {
      source: '/w/.env',
      secrecy: 'secret',
    });
  });

  it('are secret wherever reading asks because of secrets', () => {
    for (const object of ['/w/server.key', '/w/secrets.yml', '/home/me/.aws/credentials', '/home/me/.ssh/config'])
      assert.equal(labelOf([{ verb: 'read', object, zone: 'workspace' }])?.secrecy, 'secret', object);
  });

  it('are joined: the worst counts, and nothing takes it back', () => {
    const secret = joinTaint(untrusted, { source: '/w/.env', secrecy: 'secret' });
    assert.deepEqual([secret.integrity, secret.secrecy], ['untrusted', 'secret']);
    assert.deepEqual(secret.sources, ['https://example.com/page']);
    assert.deepEqual(joinTaint(secret, { source: 'https://example.com/page', integrity: 'untrusted' }), secret);
  });

  it('make an unsandboxed command ask in every mode, and a confined one not', () => {
    assert.equal(decide([run], noTaint, policy).always, false);
    assert.equal(decide([run], untrusted, policy).always, true);
    assert.equal(decide([{ ...run, confined: true }], untrusted, policy).always, false);
  });

  it('close even the allowed hosts once text from outside and a secret are together', () => {
    assert.equal(decide([page], untrusted, policy).decision, 'allow');
    const both = joinTaint(untrusted, { source: '/w/.env', secrecy: 'secret' });
    assert.deepEqual([decide([page], both, policy).decision, decide([page], both, policy).always], ['ask', true]);
  });

  it('are named to whoever is asked', () => {
    assert.equal(taintWords(noTaint), undefined);
    assert.equal(taintWords(untrusted), 'Asked for after reading https://example.com/page (untrusted).');
  });

  it('are read from the log, so that a resumed task still has them', () => {
    const label = { source: 'https://example.com/page', integrity: 'untrusted' } as const;
    const read = ended('task', { id: 'c1', name: 'http_request', arguments: '{}' });
    assert.deepEqual(stateOf(created(), read).taint, noTaint);
    assert.deepEqual(stateOf(created(), { ...read, label } as TaskEvent).taint, untrusted);
  });
});
