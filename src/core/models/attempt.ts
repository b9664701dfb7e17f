import type { Usage } from '../../protocol/task-event.ts';
import { type MagusError, toMagusError } from '../errors/magus-error.ts';
import type { Clock, ModelReply } from '../ports.ts';
import { type Budget, countedCost } from './budget.ts';
import type { Member } from './candidates.ts';
import { type Continued, continuation, withoutOverlap } from './continue-text.ts';
import { capableOf, type DeploymentState, noteAnswer, noteFault, noteStart } from './deployment-state.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { type Fault, faultError, faultOf } from './faults.ts';
import type { Failure, ModelCall } from './model-call.ts';
import { type ModelTransport, omittableOptions } from './transport.ts';

export interface AttemptPorts {
  readonly clock: Clock;
  readonly budget: Budget;
  readonly transportOf: (state: DeploymentState) => Promise<ModelTransport>;
  readonly load: (state: DeploymentState, signal: AbortSignal) => Promise<void>;
}

interface Attempt {
  readonly state: DeploymentState;
  readonly startedAt: number;
  readonly waitedMs: number;
  /** Tokens of the request as this model counts them. */
  readonly tokens: number;
  readonly countTokens: (tokens: number) => void;
  /** What had been shown before this attempt. */
  readonly before: string;
  readonly text: Continued;
  firstTextMs: number | undefined;
}

/**
 * One request to one deployment: the whole reply, with the text that came before it; or undefined, and the failure is
 * booked in the call and in the deployment's state before anybody else runs. Throws only when cancelled.
 */
export async function attempt(
  ports: AttemptPorts,
  call: ModelCall,
  chosen: { readonly member: Member; readonly waitMs: number },
  signal: AbortSignal,
): Promise<ModelReply | undefined> {
  const { member, waitMs } = chosen;
  const begun = begin(ports, call, member.state, waitMs);
  try {
    const reply = await paid(ports, call, begun, () => send(ports, call, begun, signal));
    return succeed(ports, call, begun, reply);
  } catch (caught) {
    if (signal.aborted) throw caught;
    fail(ports, call, { member, begun }, toMagusError(caught));
    return undefined;
  } finally {
    member.state.inFlight -= 1;
  }
}

function begin(ports: AttemptPorts, call: ModelCall, state: DeploymentState, waitedMs: number): Attempt {
  const tokens = Math.round(call.needs.tokens * state.correction);
  const startedAt = ports.clock.now();
  const begun: Attempt = {
    state,
    startedAt,
    waitedMs,
    tokens,
    countTokens: noteStart(state, tokens, startedAt),
    before: call.partial,
    text: withoutOverlap(call.partial, (text) => {
      call.partial += text;
      call.listener.onText(text);
    }),
    firstTextMs: undefined,
  };
  return begun;
}

/** Reserves the cost, then settles what it was: counted, or after a failure what may have been counted. */
async function paid(
  ports: AttemptPorts,
  call: ModelCall,
  begun: Attempt,
  ask: () => Promise<ModelReply>,
): Promise<ModelReply> {
  const reservation = await ports.budget.reserve(call.request, begun.state, begun.tokens);
  let usd = 0;
  try {
    const reply = await ask();
    usd = reply.usage.usd ?? countedCost(begun.state, reply.usage) ?? reservation.usd;
    return reply;
  } catch (caught) {
    begun.text.flush();
    usd = costOfFailure(call, begun) ?? 0;
    throw caught;
  } finally {
    await reservation.settle(usd);
  }
}

async function send(ports: AttemptPorts, call: ModelCall, begun: Attempt, signal: AbortSignal): Promise<ModelReply> {
  const { state, before } = begun;
  const transport = await ports.transportOf(state);
  const last = call.failures.at(-1);
  if (last?.fault === 'model-unloaded' && last.member.state === state) await ports.load(state, signal);
  const { schema, ...plain } = call.request;
  // What comes after a cut is the rest of an answer: alone it has no shape.
  const shaped = schema !== undefined && before === '' && capableOf(state, 'schema');
  const request = {
    ...plain,
    ...(shaped ? { schema } : {}),
    messages: continuation(plain.messages, before),
    omit: state.omit,
  };
  const reply = await transport.complete(
    request,
    (text) => {
      begun.firstTextMs ??= ports.clock.now() - begun.startedAt;
      begun.text.onText(text);
    },
    signal,
  );
  begun.text.flush();
  if (reply.finish !== 'cut') return reply;
  const { endpoint, deployment } = state.address;
  throw faultError('truncated', { server: endpoint.baseURL ?? 'VS Code', model: deployment.model, said: '' });
}

function succeed(ports: AttemptPorts, call: ModelCall, begun: Attempt, reply: ModelReply): ModelReply {
  const { state, startedAt, firstTextMs } = begun;
  const { inputTokens, outputTokens, cachedTokens = 0 } = reply.usage;
  const now = ports.clock.now();
  const durationMs = now - startedAt;
  begun.countTokens(inputTokens + outputTokens);
  // What a continuation adds to the request is not in the estimate.
  const estimatedTokens = begun.before === '' ? call.needs.tokens : 0;
  noteAnswer(state, { estimatedTokens, inputTokens, cachedTokens, firstTextMs, durationMs }, now);
  const usd = reply.usage.usd ?? countedCost(state, reply.usage);
  const usage: Usage = { ...reply.usage, ...(usd === undefined ? {} : { usd }) };
  // Beyond what was shown nothing is known of the text of the cut reply.
  const text = begun.before === '' ? reply.text : call.partial;
  return { ...reply, text, usage, deployment: state.address.id, durationMs };
}

/** Synchronous: a request beside this one must see the cool-down at once. */
function fail(
  ports: AttemptPorts,
  call: ModelCall,
  failed: { readonly member: Member; readonly begun: Attempt },
  error: MagusError,
): void {
  const { member, begun } = failed;
  if (error.kind === 'limit-reached') {
    call.tooDear.set(begun.state, error);
    return;
  }
  const now = ports.clock.now();
  const fault = faultOf(error) ?? (error.kind === 'configuration' ? 'misconfigured' : 'protocol');
  const retryAfterMs = error.details['retryAfterMs'];
  noteFault(begun.state, fault, error.message, {
    now,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  });
  call.failures.push({ member, fault, error, final: isFinal(call, begun.state, fault, error) });
  const usd = costOfFailure(call, begun);
  const record = {
    deployment: begun.state.address.id,
    group: member.group,
    fault,
    message: error.message,
    waitedMs: begun.waitedMs,
    durationMs: now - begun.startedAt,
    afterOutput: call.partial !== '',
    ...(usd === undefined ? {} : { usd }),
  };
  call.attempts.push(record);
  call.listener.onAttemptFailed(record);
}

/** Without the option that was rejected the request may go through, once; asking too long for an answer only lasts as long again. */
function isFinal(call: ModelCall, state: DeploymentState, fault: Fault, error: MagusError): Failure['final'] {
  if (fault !== 'bad-request') return fault === 'stalled' && !error.retryable;
  const rejected = omittableOptions.find((option) => option === error.details['rejected']);
  const unsent = rejected === 'response_format' && call.request.schema === undefined;
  if (rejected === undefined || unsent || state.omit.has(rejected)) return true;
  state.omit.add(rejected);
  return false;
}

/** A request that was answered in part was paid for; one that was refused was not. */
function costOfFailure(call: ModelCall, begun: Attempt): number | undefined {
  const text = call.partial.slice(begun.before.length);
  if (text === '') return undefined;
  return countedCost(begun.state, { inputTokens: begun.tokens, outputTokens: estimateTokens(text) });
}
