import type { ApiAnswer, PreparedCall } from '../../core/api/api-port.ts';
import { parseRecord } from '../../core/parse-json.ts';
import type { ToolResult } from '../../core/tools/tool.ts';

/** An answer for the model, with how to go on where there is more of it, and what mends it where it failed. */
export function shownAnswer({ call, operation, answersHtml }: PreparedCall, answer: ApiAnswer): ToolResult {
  const { url } = call;
  const { status, headers, text, bytes, file } = answer;
  const kept = ['content-type', 'location', 'retry-after', 'x-ratelimit-remaining', 'ratelimit-remaining'];
  const lines = kept.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`]));
  const head = [`HTTP ${status} from ${url.host}`, ...lines].join('\n');
  const whole = file === undefined ? '' : `[${bytes} bytes; all of it is in ${file}]`;
  const body = text === undefined || text === '' ? (file === undefined ? '(no body)' : '') : text;
  const content = [head, '', body, whole, ...nextPage(url, headers, text)]
    .filter((part, at) => part !== '' || at === 1)
    .join('\n');
  if (status < 400 && /\bhtml\b/.test(headers['content-type'] ?? '') && !answersHtml)
    return failed(
      content,
      'HTML',
      `${url.host} answered with a web page instead of data. The address or the key may be wrong: ask the user to look at "baseURL".`,
    );
  if (status < 400) return { ok: true, content };
  if (status === 429) {
    const wait = headers['retry-after'] ?? headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'];
    return failed(
      content,
      'RATE_LIMITED',
      `${url.host} wants fewer calls${wait === undefined ? '' : `; it says to wait: ${wait} (seconds, or until then)`}. Do something else meanwhile.`,
    );
  }
  const hint = status === 401 || status === 403 ? ' The key may be missing or lack a right: ask the user.' : '';
  return failed(content, `HTTP_${status}`, `${operation} was answered with ${status}.${hint}`);
}

function failed(content: string, code: string, message: string): ToolResult {
  return { ok: false, content: `${content}\n${message}`, error: { kind: 'tool-failed', code, message } };
}

/** From a Link header, or from the fields by which APIs name their next page. */
function nextPage(url: URL, headers: ApiAnswer['headers'], text: string | undefined): readonly string[] {
  const link = /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(headers['link'] ?? '')?.[1];
  const next = link === undefined ? null : URL.parse(link, url);
  if (next) {
    const changed = [...next.searchParams].filter(([name, value]) => url.searchParams.get(name) !== value);
    return [`[There is more: call again with ${JSON.stringify(Object.fromEntries(changed))} in params.]`];
  }
  const body = parseRecord(text ?? '');
  const field = [
    'next_page_token',
    'nextPageToken',
    'next_cursor',
    'nextCursor',
    'next_token',
    'nextToken',
    'next_page',
    'next',
    'cursor',
    'continuation',
  ].find((name) => ['string', 'number'].includes(typeof body[name]) && body[name] !== '');
  if (field !== undefined) return [`[There is more: ${field} is ${JSON.stringify(body[field])}.]`];
  return body['has_more'] === true || body['hasMore'] === true ? ['[There is more.]'] : [];
}
