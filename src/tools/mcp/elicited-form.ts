import { isRecord } from '../../core/is-record.ts';
import type { McpElicitation, McpElicited, McpValue } from '../../core/mcp/mcp-port.ts';

type Ask = (question: string, choices: readonly string[]) => Promise<string | undefined>;
type Field = Readonly<Record<string, unknown>>;

const decline = 'Decline';
const accept = 'Accept';
const mostFields = 20;
const mostTries = 3;

/** Asks for the fields of a server's form one after the other; what is left empty takes its default. */
export async function fillForm(request: McpElicitation, ask: Ask): Promise<McpElicited> {
  const from = `The MCP server ${request.server} asks: ${request.message.slice(0, 1000)}`;
  if ('address' in request) {
    const answer = await ask(`${from}\nOpen this address in your browser:\n${request.address}`, [accept, decline]);
    return { action: answer === undefined ? 'cancel' : isDecline(answer) ? 'decline' : 'accept' };
  }
  const { properties, required } = request.schema as { readonly properties?: Field; readonly required?: unknown };
  const fields = Object.entries(properties ?? {}).slice(0, mostFields);
  if (fields.length === 0) {
    const answer = await ask(from, [accept, decline]);
    return answer === undefined
      ? { action: 'cancel' }
      : isDecline(answer)
        ? { action: 'decline' }
        : { action: 'accept', content: {} };
  }
  const content: Record<string, McpValue> = {};
  for (const [name, field] of fields) {
    const needed = Array.isArray(required) && required.includes(name);
    const value = await askField({ from, name, field: isRecord(field) ? field : {}, needed }, ask);
    if (value === undefined) return { action: 'cancel' };
    if (value === refused) return { action: 'decline' };
    if (value !== leftOut) content[name] = value;
  }
  return { action: 'accept', content };
}

const refused = Symbol('refused');
const leftOut = Symbol('left out');

interface AskedField {
  readonly from: string;
  readonly name: string;
  readonly field: Field;
  readonly needed: boolean;
}

async function askField(
  { from, name, field, needed }: AskedField,
  ask: Ask,
): Promise<McpValue | typeof refused | typeof leftOut | undefined> {
  const options = optionsOf(field);
  const known = field['default'] as McpValue | undefined;
  const words = [
    `${text(field['title']) || name}${text(field['description']) === '' ? '' : `: ${text(field['description'])}`}`,
    known === undefined ? (needed ? '' : '(may be left empty)') : `(empty: ${JSON.stringify(known)})`,
  ];
  const choices = [...options.map(({ title }) => title), decline];
  for (let tries = 0, hint = ''; tries < mostTries; tries++) {
    const answer = await ask([from, ...words, hint].filter(Boolean).join('\n'), choices);
    if (answer === undefined) return undefined;
    if (isDecline(answer)) return refused;
    if (answer.trim() === '' && known !== undefined) return known;
    if (answer.trim() === '' && !needed) return leftOut;
    const value = answer.trim() === '' ? undefined : readAnswer(answer.trim(), field, options);
    if (value !== undefined) return value;
    hint = `"${answer.slice(0, 100)}" does not fit: ${options.length > 0 ? 'one of the choices' : `a ${text(field['type']) || 'text'}`} is wanted.`;
  }
  return refused;
}

interface Option {
  readonly value: string;
  readonly title: string;
}

/** Choices come as `enum`, as `oneOf` or `anyOf` with titles, or within the items of a list. */
function optionsOf(field: Field): readonly Option[] {
  if (field['type'] === 'boolean')
    return [
      { value: 'true', title: 'Yes' },
      { value: 'false', title: 'No' },
    ];
  const items = isRecord(field['items']) ? field['items'] : {};
  const titled = [field['oneOf'], field['anyOf'], items['anyOf'], items['oneOf']].find(Array.isArray);
  if (titled)
    return titled
      .filter(isRecord)
      .map((each) => ({ value: text(each['const']), title: text(each['title']) || text(each['const']) }));
  const values: unknown = field['enum'] ?? items['enum'];
  const names: unknown = field['enumNames'];
  if (!Array.isArray(values)) return [];
  return values.map((value, index) => ({
    value: text(value),
    title: (Array.isArray(names) ? text(names[index]) : '') || text(value),
  }));
}

function readAnswer(answer: string, field: Field, options: readonly Option[]): McpValue | undefined {
  const chosen = (word: string): string | undefined =>
    options.find(({ value, title }) => [value, title].some((each) => each.toLowerCase() === word.trim().toLowerCase()))
      ?.value;
  switch (field['type']) {
    case 'boolean':
      return chosen(answer) === undefined ? undefined : chosen(answer) === 'true';
    case 'number':
    case 'integer': {
      const number = Number(answer);
      const whole = field['type'] === 'number' || Number.isInteger(number);
      return Number.isFinite(number) && whole ? number : undefined;
    }
    case 'array': {
      const values = answer.split(',').map(chosen);
      return values.every((value) => value !== undefined) ? values : undefined;
    }
    default:
      return options.length > 0 ? chosen(answer) : answer;
  }
}

function isDecline(answer: string): boolean {
  return answer.trim().toLowerCase() === decline.toLowerCase();
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : typeof value === 'number' ? String(value) : '';
}
