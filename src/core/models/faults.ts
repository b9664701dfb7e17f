import { MagusError } from '../errors/magus-error.ts';

export const faults = [
  'network',
  'first-byte-late',
  'stalled',
  'truncated',
  'protocol',
  'rate',
  'overloaded',
  'server',
  'quota',
  'auth',
  'model-not-found',
  'model-unloaded',
  'context-too-long',
  'content-refused',
  'bad-request',
  'misconfigured',
] as const;
export type Fault = (typeof faults)[number];

/** The fault class of an error that an attempt threw; undefined: no fault of a model server. */
export function faultOf(error: MagusError): Fault | undefined {
  return faults.find((fault) => fault === error.details['fault']);
}

/** What a server said about a failure: an HTTP status, or none when the error came inside a 200. */
export interface ServerComplaint {
  readonly status?: number;
  readonly code?: string;
  readonly type?: string;
  readonly message: string;
}

/** The fault class of a server's complaint. Words win over the status, for servers wrap each other's errors in any status. */
export function classifyFault(complaint: ServerComplaint): Fault {
  const status = complaint.status ?? statusOf(complaint.code);
  const words = `${complaint.code ?? ''} ${complaint.type ?? ''} ${complaint.message.slice(0, 4000)}`;
  // Providers mention quota and billing in plain rate limits too; their own code is the surer word.
  if (complaint.code === 'rate_limit_exceeded') return 'rate';
  const spoken = spokenFault(words);
  if (spoken !== undefined) return spoken;
  if (status === undefined) return 'protocol';
  if (status === 401 || status === 403) return 'auth';
  if (status === 402) return 'quota';
  if (status === 404) return 'model-not-found';
  if (status === 413) return 'context-too-long';
  if (status === 429) return 'rate';
  if (status === 503 || status === 529) return 'overloaded';
  if (status >= 500 || status === 408) return 'server';
  return status >= 400 ? 'bad-request' : 'protocol';
}

export interface FaultFacts {
  /** Where the request went, without credentials. */
  readonly server: string;
  readonly model: string;
  /** What was said or seen, already without secrets. */
  readonly said: string;
  readonly status?: number;
  readonly retryAfterMs?: number;
  /** Overrides what the fault class says. */
  readonly retryable?: boolean;
  /** The option of the request that the server did not take. */
  readonly rejected?: string;
}

/** A fault as the error the core knows: its code is the fault in upper case. */
export function faultError(fault: Fault, facts: FaultFacts): MagusError {
  return new MagusError(settings.has(fault) ? 'configuration' : 'model-unavailable', messageOf(fault, facts), {
    code: fault.toUpperCase().replaceAll('-', '_'),
    retryable: facts.retryable ?? passing.has(fault),
    details: {
      fault,
      ...(facts.status === undefined ? {} : { status: facts.status }),
      ...(facts.retryAfterMs === undefined ? {} : { retryAfterMs: facts.retryAfterMs }),
      ...(facts.rejected === undefined ? {} : { rejected: facts.rejected }),
    },
  });
}

const settings: ReadonlySet<Fault> = new Set(['auth', 'quota', 'model-not-found', 'misconfigured']);
const passing: ReadonlySet<Fault> = new Set([
  'network',
  'first-byte-late',
  'stalled',
  'truncated',
  'protocol',
  'rate',
  'overloaded',
  'server',
  'model-unloaded',
]);

/** Order matters: a quota complaint often comes with a rate status, a context complaint as a bad request. */
const phrases: readonly (readonly [Fault, RegExp])[] = [
  [
    'quota',
    /insufficient_quota|current quota|credit balance|insufficient (credits|balance)|billing hard limit|budget.{0,20}exceeded|ExceededBudget|exceeded.{0,30}budget/i,
  ],
  [
    'context-too-long',
    /context_length_exceeded|ContextWindowExceeded|maximum context length|(prompt|input|request) is too long|exceeds? the (available )?(context|model's maximum)|context (window|size|length).{0,40}exceed|exceeds?.{0,40}context (window|size|length)|too many (input )?tokens in/i,
  ],
  ['content-refused', /content_filter|content_policy|ContentPolicyViolation|content management policy/i],
  [
    'model-unloaded',
    /no models? (is |are )?(currently )?loaded|model (is |was )?(unloaded|not loaded)|model has (been )?unloaded|loading model/i,
  ],
  ['model-not-found', /model_not_found|model .{0,80}(not found|does not exist)|invalid model name|no such model/i],
  // A LiteLLM proxy without a database knows no key but its own.
  [
    'auth',
    /no_db_connection|no connected db|invalid_api_key|authentication_error|invalid api key|incorrect api key|no api key/i,
  ],
  ['overloaded', /overloaded/i],
  ['rate', /rate_limit|rate limit|too many requests/i],
];

function spokenFault(words: string): Fault | undefined {
  return phrases.find(([, pattern]) => pattern.test(words))?.[0];
}

function statusOf(code: string | undefined): number | undefined {
  return code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}

function messageOf(fault: Fault, { server, model, said }: FaultFacts): string {
  const detail = said === '' ? '' : ` It said: ${said.slice(0, 500)}`;
  switch (fault) {
    case 'network':
      return `The model server at ${server} could not be reached or hung up (${said.slice(0, 300)}). Check that it runs and that the address is right.`;
    case 'first-byte-late':
      return `The model server at ${server} did not begin to answer in time. Try again, or raise timeouts.firstByteMs.`;
    case 'stalled':
      return `The model server at ${server} stopped answering midway (${said.slice(0, 300)}). Try again, or raise the timeouts.`;
    case 'truncated':
      return `The answer of ${server} broke off in the middle. Try again.`;
    case 'protocol':
      return `What ${server} answered is not a chat completion. Check that the address is an OpenAI-compatible one, usually ending in /v1.${detail}`;
    case 'rate':
      return `The model server at ${server} limits the rate of requests. Wait a moment and try again.${detail}`;
    case 'overloaded':
      return `The model server at ${server} is overloaded. Try again later or choose another model.${detail}`;
    case 'server':
      return `The model server at ${server} failed. Try again, or look into its log.${detail}`;
    case 'quota':
      return `The account behind ${server} has no quota left. Add credit or choose another model.${detail}`;
    case 'auth':
      return `The model server at ${server} refused the API key. Set a valid key for this endpoint.${detail}`;
    case 'model-not-found':
      return `The model server at ${server} does not offer "${model}". Check the model's name and the address.${detail}`;
    case 'model-unloaded':
      return `The model "${model}" is not loaded at ${server}. Try to load it: openmagus models load${detail}`;
    case 'context-too-long':
      return `The conversation does not fit into the context of "${model}". Shorten it or choose a model with a longer context.${detail}`;
    case 'content-refused':
      return `The provider of "${model}" refused the content. Rephrase the request or choose another model.${detail}`;
    case 'bad-request':
      return `The model server at ${server} rejected the request. Check that "${model}" can use tools.${detail}`;
    case 'misconfigured':
      return `${said} Check the configuration of ${server}.`;
    default:
      return fault satisfies never;
  }
}
