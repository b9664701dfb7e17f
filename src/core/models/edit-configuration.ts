import { isRecord } from '../is-record.ts';

type Json = Readonly<Record<string, unknown>>;

export const modelRoles = ['primary', 'secondary', 'fallback'] as const;
export type ModelRole = (typeof modelRoles)[number];

export interface AddedModel {
  readonly endpointName: string;
  readonly endpoint: Json;
  readonly model: string;
  readonly role: ModelRole;
}

/**
 * A written configuration with one model more, in the long form. `primary` puts it before what was primary, which it then
 * falls back on; `fallback` behind it; `secondary` into the group for summaries and advice.
 */
export function withModel(written: unknown, added: AddedModel): Json {
  const { endpoints, groups, routing, ...rest } = longForm(written);
  const { endpointName, endpoint, model, role } = added;
  const group = role === 'secondary' ? nameOf(routing, 'secondary', 'secondary') : nameOf(routing, 'primary', 'main');
  const deployment = { endpoint: endpointName, model };
  const members = listOf(groups[group]).filter(
    (member) => member['endpoint'] !== endpointName || member['model'] !== model,
  );
  const ordered = role === 'primary' ? [deployment, ...members] : [...members, deployment];
  return {
    ...rest,
    endpoints: { ...endpoints, [endpointName]: endpoint },
    groups: {
      ...groups,
      [group]: role === 'secondary' ? ordered : ordered.map((member, index) => ({ ...member, order: index + 1 })),
    },
    routing: {
      ...routing,
      primary: nameOf(routing, 'primary', group),
      ...(role === 'secondary' ? { secondary: group } : {}),
    },
  };
}

/** A written configuration whose endpoint names a key. The short form stays short. */
export function withSecret(written: unknown, endpointName: string, secret: string): Json {
  const source = objectOf(written);
  const endpoints = objectOf(source['endpoints']);
  if (!('endpoints' in source)) return { ...source, secret };
  return { ...source, endpoints: { ...endpoints, [endpointName]: { ...objectOf(endpoints[endpointName]), secret } } };
}

/** A written configuration without a deployment ("endpoint/model"), and without what only it had; empty when it was the last one. */
export function withoutModel(written: unknown, id: string): Json {
  const { endpoints, groups, routing, ...rest } = longForm(written);
  const kept = Object.entries(groups).flatMap(([name, members]) => {
    const left = listOf(members).filter((member) => `${String(member['endpoint'])}/${String(member['model'])}` !== id);
    return left.length > 0 ? [[name, left] as const] : [];
  });
  const names = new Set(kept.map(([name]) => name));
  const first = kept[0]?.[0];
  if (first === undefined) return {};
  const used = new Set(kept.flatMap(([, members]) => members.map((member) => member['endpoint'])));
  const primary = names.has(String(routing['primary'])) ? routing['primary'] : first;
  return {
    ...rest,
    endpoints: Object.fromEntries(Object.entries(endpoints).filter(([name]) => used.has(name))),
    groups: Object.fromEntries(kept),
    routing: { ...withoutGroups(routing, names), primary },
  };
}

/** Every word of the routing that names a group which is no longer there goes with it. */
function withoutGroups(routing: Json, names: ReadonlySet<string>): Json {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(routing)) {
    if (typeof value === 'string' && names.has(value)) entries.push([key, value]);
    if (!isRecord(value)) continue;
    const left = Object.entries(value).flatMap(([name, target]): [string, unknown][] => {
      if (typeof target === 'string') return names.has(target) ? [[name, target]] : [];
      const targets = Array.isArray(target) ? target.filter((group) => names.has(String(group))) : [];
      return names.has(name) && targets.length > 0 ? [[name, targets]] : [];
    });
    if (left.length > 0) entries.push([key, Object.fromEntries(left)]);
  }
  return Object.fromEntries(entries);
}

interface LongForm {
  readonly endpoints: Json;
  readonly groups: Json;
  readonly routing: Json;
  readonly [other: string]: unknown;
}

const endpointWords = new Set(['kind', 'baseURL', 'secret', 'apiKeyEnv', 'caFile', 'api']);
const settingWords = new Set(['timeouts', 'limits', 'budget', 'cache']);

function longForm(written: unknown): LongForm {
  const source = isRecord(written) ? written : {};
  if (typeof source['model'] !== 'string' || 'groups' in source) {
    const { endpoints, groups, routing, ...rest } = source;
    return { ...rest, endpoints: objectOf(endpoints), groups: objectOf(groups), routing: objectOf(routing) };
  }
  const pick = (keep: (key: string) => boolean): Json =>
    Object.fromEntries(Object.entries(source).filter(([key]) => keep(key)));
  return {
    ...pick((key) => settingWords.has(key)),
    endpoints: { model: { kind: 'openai', ...pick((key) => endpointWords.has(key)) } },
    groups: { main: [{ endpoint: 'model', ...pick((key) => !endpointWords.has(key) && !settingWords.has(key)) }] },
    routing: { primary: 'main' },
  };
}

function nameOf(routing: Json, role: string, otherwise: string): string {
  const name = routing[role];
  return typeof name === 'string' ? name : otherwise;
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function objectOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}
