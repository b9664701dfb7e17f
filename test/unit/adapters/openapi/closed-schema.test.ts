import assert from 'node:assert/strict';
import { closedSchema } from '../../../../src/adapters/openapi/closed-schema.ts';

describe('a schema closed over what it refers to', () => {
  it('takes a property for a property, whatever it is called', () => {
    const whole = { components: { schemas: { C: { type: 'string', default: { $ref: 'kept' } } } } };
    const document = { api: 'a', title: '', base: undefined, operations: [], dialect: '3.1', whole } as const;
    const ref = { $ref: '#/components/schemas/C' };
    const closed = closedSchema(document, { properties: { default: ref, enum: ref, required: { type: 'object' } } });
    assert.deepEqual(closed, {
      properties: { default: { $ref: '#/$defs/d0' }, enum: { $ref: '#/$defs/d0' }, required: { type: 'object' } },
      $defs: { d0: { type: 'string', default: { $ref: 'kept' } } },
    });
  });
});
