import assert from 'node:assert/strict';
import { isAdmitted } from '../../../../src/adapters/browser/egress-proxy.ts';

describe('hosts that the browser may reach', () => {
  const admitted = { listed: ['*.example.com', 'docs.test'], origins: ['127.0.0.1:3000'] };
  it('are those of the list, and single origins that were allowed', () => {
    assert.ok(isAdmitted(admitted, 'a.example.com', 443));
    assert.ok(isAdmitted(admitted, 'DOCS.test', 80));
    assert.ok(isAdmitted(admitted, '127.0.0.1', 3000));
  });
  it('are no other port, no other spelling and no name that only looks alike', () => {
    for (const [host, port] of [
      ['127.0.0.1', 3001],
      ['localhost', 3000],
      ['example.com', 443],
      ['badexample.com', 443],
      ['docs.test.evil', 80],
    ] as const)
      assert.equal(isAdmitted(admitted, host, port), false, `${host}:${port}`);
  });
});
