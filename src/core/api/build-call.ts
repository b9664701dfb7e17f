import { MagusError } from '../errors/magus-error.ts';
import { isConnectionHeader } from '../security/connection-headers.ts';
import type { ApiDocument, ApiOperation, ApiParameter } from './api-document.ts';
import type { ApiCall, ConfiguredApi, WantedCall } from './api-port.ts';

/** Like the connection itself, the form of the body and keys are not a parameter's to say. */
const ownHeaders = /^(content-type|authorization|proxy-.*|cookie|accept-encoding)$/i;

/** The request of an operation, without its key. Throws `tool-input` NO_BASE, BAD_PARAMS. */
export function buildCall(
  api: ConfiguredApi,
  document: ApiDocument,
  operation: ApiOperation,
  { params, body }: WantedCall,
): ApiCall {
  if (document.base === undefined)
    throw new MagusError(
      'configuration',
      `Neither the document of ${api.name} nor its configuration says where the API is. Ask the user to set "baseURL".`,
      { code: 'NO_BASE' },
    );
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.5' };
  const query: string[] = [];
  let path = operation.path;
  for (const parameter of operation.parameters) {
    const value = params[parameter.name];
    if (value === undefined || value === null) continue;
    if (parameter.place === 'path') path = path.replaceAll(`{${parameter.name}}`, pathText(parameter, value));
    else if (parameter.place === 'query') query.push(...queryParts(parameter, value));
    else if (parameter.place === 'header' && !isConnectionHeader(parameter.name) && !ownHeaders.test(parameter.name))
      headers[parameter.name.toLowerCase()] = plain(value).replaceAll(/[\r\n\0]/g, ' ');
  }
  const sent = body === undefined || !operation.body ? undefined : bodyText(operation.body.type, body);
  if (sent !== undefined && operation.body) headers['content-type'] = operation.body.type;
  const url = URL.parse(`${document.base}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new MagusError('tool-input', `${document.base}${path} is no web address.`, { code: 'NO_BASE' });
  return { api, method: operation.method, url, headers, ...(sent === undefined ? {} : { body: sent }) };
}

/** A value stays within its part of the path: "../admin" is a name, not a way. */
function pathText({ style, name }: ApiParameter, value: unknown): string {
  const items = (Array.isArray(value) ? value : [value]).map(plain);
  if (items.some((item) => /^\.{0,2}$/.test(item)))
    throw new MagusError('tool-input', `The parameter ${name} is part of the path: it cannot be empty or dots alone.`, {
      code: 'BAD_PARAMS',
    });
  const joined = items.map((item) => encodeURIComponent(item)).join(',');
  return style === 'label' ? `.${joined}` : style === 'matrix' ? `;${name}=${joined}` : joined;
}

function queryParts({ name, style, explode }: ApiParameter, value: unknown): readonly string[] {
  const part = (key: string, text: string): string => `${encodeURIComponent(key)}=${encodeURIComponent(text)}`;
  if (Array.isArray(value)) {
    if (explode) return value.map((item) => part(name, plain(item)));
    const sign = style === 'spaceDelimited' ? '%20' : style === 'pipeDelimited' ? '%7C' : ',';
    return [`${encodeURIComponent(name)}=${value.map((item) => encodeURIComponent(plain(item))).join(sign)}`];
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (style === 'deepObject') return entries.map(([key, item]) => part(`${name}[${key}]`, plain(item)));
    if (explode) return entries.map(([key, item]) => part(key, plain(item)));
    return [
      `${encodeURIComponent(name)}=${entries
        .flat()
        .map((item) => encodeURIComponent(plain(item)))
        .join(',')}`,
    ];
  }
  return [part(name, plain(value))];
}

function bodyText(type: string, body: unknown): string {
  if (/[/+]json\b/.test(type)) return JSON.stringify(body);
  if (type === 'application/x-www-form-urlencoded' && typeof body === 'object' && body !== null)
    return new URLSearchParams(Object.entries(body).map(([name, value]) => [name, plain(value)])).toString();
  if (typeof body === 'string') return body;
  throw new MagusError('tool-input', `This operation takes a body of ${type}: give it as a string.`, {
    code: 'BAD_PARAMS',
  });
}

function plain(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
