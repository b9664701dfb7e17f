import assert from 'node:assert/strict';
import type { ApiDocument } from '../../../../src/core/api/api-document.ts';
import { showSchema } from '../../../../src/core/api/show-schema.ts';

function documentOf(schemas: Record<string, unknown>): ApiDocument {
  return { api: 'a', title: '', base: undefined, operations: [], dialect: '3.1', whole: { components: { schemas } } };
}

describe('a schema for a model', () => {
  it('names what is required, may only be one of a few, or leads back into itself', () => {
    const node = {
      type: 'object',
      required: ['size'],
      properties: { size: { enum: ['s', 'l'] }, next: { $ref: '#/components/schemas/Node' } },
    };
    const shown = showSchema(documentOf({ Node: node }), { $ref: '#/components/schemas/Node' });
    assert.equal(shown, '{size*: "s"|"l", next: Node}');
  });

  it('stays small where everything refers to everything', () => {
    const names = Array.from({ length: 60 }, (_, at) => `S${at}`);
    const properties = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }]));
    const schemas = Object.fromEntries(names.map((name) => [name, { type: 'object', properties }]));
    const shown = showSchema(documentOf(schemas), { $ref: '#/components/schemas/S0' });
    assert.ok(shown.length < 50_000, `${shown.length} characters`);
    assert.match(shown, /^\{S0: S0, S1: \{/);
  });
});
