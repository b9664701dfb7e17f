import type { MagusError } from '../../core/errors/magus-error.ts';
import { isMagusError } from '../../core/errors/magus-error.ts';
import { classifyFault, type Fault, type FaultFacts, faultError } from '../../core/models/faults.ts';
import { type OmittableOption, omittableOptions } from '../../core/models/transport.ts';
import { readComplaint } from './reply-collector.ts';
import { StreamFault } from './stream-fault.ts';

/** Where a request went, and what must not be shown of it. */
export interface Asked {
  readonly baseURL: string;
  readonly model: string;
  readonly apiKey: string | undefined;
}

/** An answer that is an HTTP error. */
export interface RefusedAnswer {
  readonly status: number;
  readonly headers: Headers | undefined;
  readonly body: unknown;
}

/** How servers speak of an option they do not take. */
const signs: Readonly<Record<OmittableOption, RegExp>> = {
  stream_options: /stream_options/,
  reasoning_content: /reasoning_content/,
  cache_control: /cache_control/,
  response_format: /response_format|text\.format|json.?schema|structured.?output|grammar|guided|invalid format/i,
};

/** A refused answer as the error that the router understands. */
export function refusedFault(asked: Asked, { status, headers, body }: RefusedAnswer): MagusError {
  if (status >= 300 && status < 400) return make(asked, 'protocol', redirectWords(asked, headers), { status });
  const read = readComplaint(body);
  const retryAfterMs = readRetryAfter(headers);
  const fault = classifyFault({ ...read, status });
  const rejected =
    fault === 'bad-request'
      ? omittableOptions.find((option) => signs[option].test(`${read.message} ${JSON.stringify(body)}`))
      : undefined;
  return make(asked, fault, read.message, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(rejected === undefined ? {} : { rejected }),
  });
}

/** Anything else that was thrown on the way; `passed` is the deadline that passed, if one did. */
export function thrownFault(asked: Asked, thrown: unknown, passed: StreamFault | undefined): MagusError {
  const known = passed ?? (thrown instanceof StreamFault ? thrown : undefined);
  if (known !== undefined) return make(asked, known.fault, known.message, known.retryable ? {} : { retryable: false });
  if (isMagusError(thrown)) return thrown;
  const said = causeOf(thrown);
  if (/CERT|certificate|SELF_SIGNED|TLS|SSL/i.test(said))
    return make(asked, 'misconfigured', certificateWords(asked, said));
  return make(asked, 'network', said);
}

function make(asked: Asked, fault: Fault, said: string, more: Partial<FaultFacts> = {}): MagusError {
  return faultError(fault, {
    server: shownServer(asked.baseURL),
    model: asked.model,
    said: redact(asked, said),
    ...more,
  });
}

function redirectWords({ baseURL }: Asked, headers: Headers | undefined): string {
  const target = headers?.get('location') ?? '';
  const host = URL.canParse(target, baseURL) ? new URL(target, baseURL).origin : 'somewhere else';
  return `a redirect to ${host}, where the key was not sent. If that is the right server, put its address into baseURL.`;
}

function certificateWords({ baseURL }: Asked, said: string): string {
  return `The certificate of ${shownServer(baseURL)} is not trusted (${said.slice(0, 200)}). If it is your own authority's, name its PEM file as “caFile” of this endpoint.`;
}

/** The innermost cause says what happened: ECONNREFUSED, not "fetch failed". */
export function causeOf(thrown: unknown): string {
  let inner = thrown;
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause instanceof Error; depth += 1)
    inner = inner.cause;
  if (!(inner instanceof Error)) return String(inner);
  const code = 'code' in inner && typeof inner.code === 'string' ? inner.code : '';
  return code === '' || inner.message.includes(code) ? inner.message : `${code} ${inner.message}`.trim();
}

function readRetryAfter(headers: Headers | undefined): number | undefined {
  const exact = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (exact >= 0) return exact;
  const value = headers?.get('retry-after') ?? '';
  if (value === '') return undefined;
  const waitMs = /^[\d.]+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, Math.round(waitMs)) : undefined;
}

function redact({ apiKey }: Asked, text: string): string {
  return apiKey ? text.replaceAll(apiKey, '•••') : text;
}

export function shownServer(baseURL: string): string {
  if (!URL.canParse(baseURL)) return 'the configured address';
  const { origin, pathname } = new URL(baseURL);
  return `${origin}${pathname}`;
}
