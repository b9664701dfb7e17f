import { Validator } from '@cfworker/json-schema';
import type { ApiDocument, Json } from '../../core/api/api-document.ts';
import { closedSchema } from './closed-schema.ts';

/** What is wrong with a value, by lines; the schema may refer to the document's components. */
export function schemaFaults(document: ApiDocument, schema: Json, value: unknown): readonly string[] {
  const dialect = document.dialect === '3.0' ? '4' : '2020-12';
  const { errors } = new Validator(closedSchema(document, schema), dialect, false).validate(value);
  // Whoever holds a wrong part is wrong as well: the innermost faults say what to mend.
  const inner = errors.filter(({ keyword }) => !['properties', '$ref', 'items', 'allOf'].includes(keyword));
  const shown = (inner.length > 0 ? inner : errors).slice(0, 20);
  return shown.map(({ instanceLocation, error }) => {
    const place = instanceLocation.replace(/^#\/?/, '');
    return place === '' ? error : `${place}: ${error}`;
  });
}
