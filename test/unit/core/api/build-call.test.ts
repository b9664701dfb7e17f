import assert from 'node:assert/strict';
import type { ApiOperation, ApiParameter } from '../../../../src/core/api/api-document.ts';
import { buildCall } from '../../../../src/core/api/build-call.ts';

describe('the request of an operation', () => {
  it('sets no header of the connection itself, whatever its document declares', () => {
    const own =
      'Host Connection Content-Length Transfer-Encoding TE Trailer Upgrade Expect Keep-Alive Proxy-Authorization';
    const names = [...own.split(' '), 'X-Request-Id'];
    const facts = { place: 'header', required: false, description: '', schema: {}, style: 'simple', explode: false };
    const parameters = names.map((name) => ({ name, ...facts }) as ApiParameter);
    const operation: ApiOperation = {
      ...{ id: 'list', method: 'GET', path: '/', summary: '', description: '', tags: [], responses: [] },
      parameters,
    };
    const document = { api: 'a', title: '', base: 'https://example.com', operations: [], whole: {} };
    const { headers } = buildCall({ name: 'a', spec: 'a.json' }, { ...document, dialect: '3.1' }, operation, {
      operation: 'list',
      params: Object.fromEntries(names.map((name) => [name, '5'])),
    });
    assert.deepEqual(Object.keys(headers), ['accept', 'x-request-id']);
  });
});
