import * as z from 'zod/mini';
import { MagusError } from '../../core/errors/magus-error.ts';
import type { Ports } from '../../core/ports.ts';
import { assertHeaders, isConnectionHeader } from '../../core/security/connection-headers.ts';
import { parseWebAddress } from '../../core/security/egress.ts';
import { holdsSecret } from '../../core/security/redact.ts';
import { fileEffect, resolvePath } from '../../core/tools/resolve-path.ts';
import type { Tool, ToolResult, ToolScope } from '../../core/tools/tool.ts';
import type { WebAnswer } from '../../core/web-port.ts';
import type { Effect } from '../../protocol/effects.ts';
import { changeFiles, largestFile } from '../files/change-files.ts';

const mostBytes = 5 * 1024 * 1024;
const shownCharacters = 48_000;
const timeoutMs = 60_000;

const input = z.object({
  method: z._default(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']), 'GET'),
  url: z.string().check(z.minLength(1), z.maxLength(8000)),
  headers: z.optional(
    z.record(z.string().check(z.regex(/^[A-Za-z0-9-]{1,100}$/)), z.string().check(z.regex(/^[\t -~]{0,4000}$/))),
  ),
  body: z.optional(z.string().check(z.maxLength(1_000_000))),
  auth: z.optional(z.string().check(z.regex(/^[\w.-]{1,100}$/))),
  save_as: z.optional(z.string().check(z.maxLength(4096))),
});
type HttpRequestInput = z.infer<typeof input>;

/** What the connection itself is made of is not the model's to say. */
const ownHeaders = /^(cookie|accept-encoding|proxy-.*|x-forwarded-.*|forwarded)$/i;

export const httpRequest: Tool<HttpRequestInput> = {
  name: 'http_request',
  family: 'web',
  description:
    'HTTP request. GET of a listed host runs unasked; another host, or any other method, is asked for. At most 5 MB. ' +
    'auth: name of a secret of the user, sent as bearer token to its own host. save_as: file of the workspace for the body.',
  input,
  describe: ({ method, url }) => `${method} ${url.slice(0, 300)}`,
  async effects(ports, scope, request) {
    const url = parseWebAddress(request.url);
    const effects: Effect[] = [
      { verb: 'connect', object: url.href, zone: 'outside', ...protection(ports, url, request) },
    ];
    if (request.auth !== undefined) effects.push({ verb: 'read', object: `secret ${request.auth}`, zone: 'own' });
    if (request.save_as !== undefined)
      effects.push(fileEffect('write', await resolvePath(ports, scope.roots, request.save_as)));
    return effects;
  },
  async run(ports, scope, request, authorized, signal) {
    const { method, headers = {}, body, auth } = request;
    assertHeaders(headers, (name) => isConnectionHeader(name) || ownHeaders.test(name));
    const url = parseWebAddress(request.url);
    const secret = auth === undefined ? {} : { secret: auth };
    const asked = {
      url,
      method,
      headers,
      maxBytes: mostBytes,
      timeoutMs,
      ...(body === undefined ? {} : { body }),
      ...secret,
    };
    const answer = await ports.web.request(authorized, asked, signal);
    if (request.save_as === undefined || answer.status >= 300) return shown(answer);
    return save(ports, scope, { path: request.save_as, answer, authorized });
  },
};

/** Whatever may change something elsewhere is bound to its very bytes; keys do not leave by a request that shows them. */
function protection(
  ports: Ports,
  url: URL,
  { method, headers = {}, body = '' }: HttpRequestInput,
): Pick<Effect, 'protects' | 'content'> {
  const whole = [decoded(url.href), ...Object.entries(headers).flat(), body].join('\n');
  if (holdsSecret(whole, ports.secrets())) return { protects: 'something that looks like a key in the request' };
  const content = ports.hash.sha256(JSON.stringify([headers, body]));
  const isBare = Object.keys(headers).length === 0 && body === '';
  if (method === 'GET' || method === 'HEAD') return isBare ? {} : { content };
  const bytes = content.slice(0, 16);
  return {
    protects: `a ${method} to ${url.host}, which may change something there (${body.length} characters, ${bytes})`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function shown(answer: WebAnswer): ToolResult {
  const kept = ['content-type', 'location', 'retry-after', 'etag', 'last-modified', 'link', 'www-authenticate'];
  const headers = kept.flatMap((name) =>
    answer.headers[name] === undefined ? [] : [`${name}: ${answer.headers[name]}`],
  );
  const head = [`HTTP ${answer.status} from ${answer.url.href}`, ...headers].join('\n');
  const moved =
    answer.status >= 300 && answer.status < 400 && answer.headers['location'] !== undefined
      ? '\nThis leads to another host. Call http_request with that address if it is wanted.'
      : '';
  const content = `${head}${moved}\n\n${bodyText(answer)}`;
  if (answer.status < 400) return { ok: true, content };
  const message = `${answer.url.host} answered with ${answer.status}.`;
  return { ok: false, content, error: { kind: 'tool-failed', code: `HTTP_${answer.status}`, message } };
}

function bodyText({ body, headers }: WebAnswer): string {
  if (body.length === 0) return '(no body)';
  const type = headers['content-type'] ?? '';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return `(${body.length} bytes of ${type || 'an unknown type'}; use save_as to keep them)`;
  }
  if (text.length <= shownCharacters) return text;
  return `${text.slice(0, shownCharacters)}\n[${text.length - shownCharacters} characters left out; use save_as to keep all]`;
}

async function save(
  ports: Ports,
  scope: ToolScope,
  {
    path,
    answer,
    authorized,
  }: { readonly path: string; readonly answer: WebAnswer; readonly authorized: Parameters<Tool['run']>[3] },
): Promise<ToolResult> {
  const file = await resolvePath(ports, scope.roots, path);
  if (file.kind !== 'file' && file.kind !== 'none')
    throw new MagusError('tool-input', `${file.shown} is no file. Give the path of a file as save_as.`, {
      code: 'BAD_PATH',
    });
  const before = file.kind === 'none' ? null : await ports.files.read(file.real, largestFile);
  const changes = await changeFiles(ports, scope, [{ path: file.real, before, after: answer.body }], authorized);
  const content = `HTTP ${answer.status} from ${answer.url.href}\n${answer.body.length} bytes in ${file.shown}`;
  return { ok: true, content, changes };
}
