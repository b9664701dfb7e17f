import assert from 'node:assert/strict';
import { classifyFault, faultError, faults } from '../../../../src/core/models/faults.ts';

describe('fault classes', () => {
  const cases: readonly (readonly [string, Parameters<typeof classifyFault>[0]])[] = [
    ['auth', { status: 401, message: 'no' }],
    ['quota', { status: 402, message: 'no' }],
    ['quota', { status: 429, message: 'You exceeded your current quota', code: 'insufficient_quota' }],
    ['quota', { status: 400, message: 'Budget has been exceeded! Current cost: 2' }],
    ['rate', { status: 429, message: 'slow down' }],
    [
      'rate',
      { status: 429, message: 'Rate limit reached. See https://x.test/account/billing', code: 'rate_limit_exceeded' },
    ],
    ['rate', { status: 429, message: 'Rate limit reached. See https://x.test/account/billing' }],
    ['overloaded', { status: 503, message: '' }],
    ['overloaded', { message: 'Overloaded', type: 'overloaded_error' }],
    ['server', { status: 502, message: 'bad gateway' }],
    ['context-too-long', { status: 400, message: "This model's maximum context length is 8192 tokens" }],
    ['context-too-long', { status: 400, message: 'prompt is too long: 210000 tokens > 200000 maximum' }],
    ['context-too-long', { status: 400, message: 'the request exceeds the available context size' }],
    ['context-too-long', { status: 413, message: '' }],
    ['model-not-found', { status: 404, message: 'model "x" not found, try pulling it first' }],
    ['model-not-found', { status: 400, message: 'Invalid model name passed in model=x' }],
    ['content-refused', { status: 400, message: '', code: 'content_filter' }],
    ['bad-request', { status: 400, message: 'unknown field' }],
    ['server', { code: '500', message: 'boom' }],
    ['protocol', { message: 'boom' }],
  ];
  for (const [fault, complaint] of cases) {
    it(`takes ${JSON.stringify(complaint)} for ${fault}`, () => assert.equal(classifyFault(complaint), fault));
  }

  it('gives every fault a code and a next step', () => {
    for (const fault of faults) {
      const error = faultError(fault, { server: 'http://localhost/v1', model: 'm', said: 'oops' });
      assert.equal(error.code, fault.toUpperCase().replaceAll('-', '_'));
      assert.equal(
        error.kind,
        ['auth', 'quota', 'model-not-found', 'misconfigured'].includes(fault) ? 'configuration' : 'model-unavailable',
      );
      assert.match(error.message, /Check|Try|Wait|Add|Set|Shorten|Rephrase/);
    }
  });
});
