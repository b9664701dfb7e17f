import type { ApiDocument, ApiOperation, ApiParameter } from './api-document.ts';
import type { ConfiguredApi } from './api-port.ts';
import { showSchema } from './show-schema.ts';

const longest = 12_000;
/** What an answer holds is seen when it comes. */
const longestAnswer = 3000;
const answerDepth = 3;

/** How an operation is called, for a model: what it takes, what it answers. */
export function describeOperation(api: ConfiguredApi, document: ApiDocument, operation: ApiOperation): string {
  const { id, method, path, summary, description, parameters, body, responses } = operation;
  const words = [summary, description === summary ? '' : description.slice(0, 2000)].filter(Boolean).join('\n');
  const sent = body ? [`body${body.required ? '*' : ''} (${body.type}): ${showSchema(document, body.schema)}`] : [];
  const answers = responses.slice(0, 12).map(({ status, description: said, schema }) => {
    const shape = schema && /^2|default/.test(status) ? ` ${showSchema(document, schema, answerDepth)}` : '';
    const line = `${status}: ${said.split('\n', 1)[0]?.slice(0, 200)}${shape}`;
    return line.length > longestAnswer ? `${line.slice(0, longestAnswer)}…` : line;
  });
  const text = [
    `${id}: ${method} ${document.base ?? ''}${path}`,
    words,
    ...parameters.map((parameter) => parameterLine(document, parameter)),
    ...sent,
    api.auth ? 'The key goes along by itself.' : '',
    ...pagingHint(parameters),
    ...answers,
  ]
    .filter(Boolean)
    .join('\n');
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function parameterLine(document: ApiDocument, { name, place, required, description, schema }: ApiParameter): string {
  const said = description === '' ? '' : `  ${description.split('\n', 1)[0]?.slice(0, 200)}`;
  return `${place} ${name}${required ? '*' : ''}: ${showSchema(document, schema)}${said}`;
}

function pagingHint(parameters: readonly ApiParameter[]): readonly string[] {
  const pages = parameters.filter(({ name }) =>
    /^(page|page_?token|cursor|after|offset|starting_after|continuation_?token|marker|next_?token)$/i.test(name),
  );
  return pages.length === 0 ? [] : [`Answers come in pages: go on with ${pages.map(({ name }) => name).join(' or ')}.`];
}
