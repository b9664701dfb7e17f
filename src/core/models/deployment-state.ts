import type { DeploymentLimits, EndpointKind } from '../../protocol/model-configuration.ts';
import { faultTable } from './fault-table.ts';
import type { Fault } from './faults.ts';
import type { DeploymentAddress, ModelFacts, OmittableOption, Price } from './transport.ts';

const minuteMs = 60_000;
const failureRateCoolMs = 15_000;
const lateCoolMs = 60_000;
const quotaCoolMs = 15 * minuteMs;
const longestRateCoolMs = 60_000;
const usualContextTokens = 128_000;
/** More of them would not change the share. */
const mostOutcomes = 50;

interface Outcome {
  readonly at: number;
  readonly failed: boolean;
}

/** What the router knows of a deployment. Changed only by the functions below, synchronously, so that parallel calls see it at once. */
export interface DeploymentState {
  readonly address: DeploymentAddress;
  readonly limits: DeploymentLimits;
  facts: ModelFacts;
  /** Milliseconds since the epoch; Infinity: until the configuration changes. */
  coolUntil: number;
  coolReason: { readonly fault: Fault; readonly message: string } | undefined;
  rateStrikes: number;
  outcomes: readonly Outcome[];
  inFlight: number;
  starts: readonly { readonly at: number; tokens: number }[];
  /** Milliseconds since the epoch; undefined: not since the program started. */
  lastUsedAt: number | undefined;
  /** Moving averages; undefined before the first answer. */
  firstTextMs: number | undefined;
  durationMs: number | undefined;
  /** Tokens as the server counts them, for one of ours. */
  correction: number;
  readonly omit: Set<OmittableOption>;
  answers: number;
  failures: number;
  inputTokens: number;
  cachedTokens: number;
}

export function freshState(address: DeploymentAddress, limits: DeploymentLimits): DeploymentState {
  return {
    address,
    limits,
    facts: {},
    coolUntil: 0,
    coolReason: undefined,
    rateStrikes: 0,
    outcomes: [],
    inFlight: 0,
    starts: [],
    lastUsedAt: undefined,
    firstTextMs: undefined,
    durationMs: undefined,
    correction: 1,
    omit: new Set(),
    answers: 0,
    failures: 0,
    inputTokens: 0,
    cachedTokens: 0,
  };
}

export function contextOf({ address, facts }: DeploymentState): number {
  return address.deployment.context ?? facts.contextTokens ?? usualContextTokens;
}

/** As configured, or as recognised. */
export function kindOf({ address, facts }: DeploymentState): EndpointKind {
  return facts.kind ?? address.kind;
}

const localKinds: ReadonlySet<string> = new Set(['ollama', 'lmstudio', 'llamacpp', 'llamaswap', 'vllm']);
/** It runs on a server of the user's own, which loads and unloads by hand. */
export function isLocal({ address }: DeploymentState): boolean {
  return localKinds.has(address.kind);
}

const nothing: Price = { input: 0, output: 0 };

/** Dollars per million tokens; undefined: nobody said. What runs on the user's own machine costs nothing. */
export function priceOf(state: DeploymentState): Price | undefined {
  const { address, facts } = state;
  return address.deployment.price ?? facts.price ?? (isLocal(state) ? nothing : undefined);
}

export function capableOf({ address, facts }: DeploymentState, capability: 'tools' | 'images' | 'schema'): boolean {
  const told = address.deployment.capabilities;
  return told === undefined ? facts[capability] !== false : told.includes(capability);
}

/** How long until the deployment may be asked: 0 now, Infinity when only a person can mend it. */
export function waitOf(state: DeploymentState, tokens: number, now: number): number {
  const { rpm, tpm } = state.limits;
  const coolMs = Math.max(0, state.coolUntil - now);
  if (rpm === 0 && tpm === 0) return coolMs;
  const recent = state.starts.filter(({ at }) => at > now - minuteMs);
  const oldest = recent[0]?.at ?? now;
  const counted = recent.reduce((sum, start) => sum + start.tokens, 0);
  const full = (rpm > 0 && recent.length >= rpm) || (tpm > 0 && recent.length > 0 && counted + tokens > tpm);
  return Math.max(coolMs, full ? oldest + minuteMs - now : 0);
}

export function isBusy({ limits, inFlight }: DeploymentState): boolean {
  return limits.parallel > 0 && inFlight >= limits.parallel;
}

/** Returns how the start is corrected once the tokens are known. */
export function noteStart(state: DeploymentState, tokens: number, now: number): (tokens: number) => void {
  const start = { at: now, tokens };
  const { rpm, tpm } = state.limits;
  if (rpm > 0 || tpm > 0) state.starts = [...state.starts.filter(({ at }) => at > now - minuteMs), start];
  state.inFlight += 1;
  state.lastUsedAt = now;
  return (counted) => {
    start.tokens = counted;
  };
}

export interface AnswerFigures {
  readonly estimatedTokens: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly firstTextMs: number | undefined;
  readonly durationMs: number;
}

export function noteAnswer(state: DeploymentState, figures: AnswerFigures, now: number): void {
  const { estimatedTokens, inputTokens, cachedTokens, firstTextMs, durationMs } = figures;
  noteOutcome(state, false, now);
  state.answers += 1;
  state.inputTokens += inputTokens;
  state.cachedTokens += cachedTokens;
  state.rateStrikes = 0;
  if (state.coolUntil !== Number.POSITIVE_INFINITY) coolDown(state, 0, undefined);
  state.durationMs = average(state.durationMs, durationMs);
  if (firstTextMs !== undefined) state.firstTextMs = average(state.firstTextMs, firstTextMs);
  // Small requests say little about a tokenizer, and a scripted count nothing at all.
  const ratio = inputTokens / estimatedTokens;
  if (estimatedTokens >= 500 && ratio > 0.2 && ratio < 5) state.correction = average(state.correction, ratio) ?? 1;
}

/** Takes note of a fault and lets the deployment cool down as the table says. */
export function noteFault(
  state: DeploymentState,
  fault: Fault,
  message: string,
  times: { readonly now: number; readonly retryAfterMs?: number | undefined },
): void {
  const { now, retryAfterMs } = times;
  state.failures += 1;
  const rule = faultTable[fault].coolDown;
  if (rule === 'on-failure-rate' || rule === 'at-once') noteOutcome(state, true, now);
  const reason = { fault, message };
  if (rule === 'until-changed') coolDown(state, Number.POSITIVE_INFINITY, reason);
  if (rule === 'quarter-hour') coolDown(state, now + quotaCoolMs, reason);
  if (rule === 'at-once') coolDown(state, now + lateCoolMs, reason);
  if (rule === 'as-told') {
    const doubled = Math.min(longestRateCoolMs, 1000 * 2 ** state.rateStrikes);
    state.rateStrikes += 1;
    coolDown(state, now + (retryAfterMs ?? doubled), reason);
  }
  if (rule === 'on-failure-rate' && mostlyFails(state)) coolDown(state, now + failureRateCoolMs, reason);
}

/** It answered a test: whatever was held against it is over. */
export function endCoolDown(state: DeploymentState): void {
  state.outcomes = [];
  state.rateStrikes = 0;
  coolDown(state, 0, undefined);
}

function coolDown(state: DeploymentState, until: number, reason: DeploymentState['coolReason']): void {
  state.coolUntil = until;
  state.coolReason = reason;
}

function noteOutcome(state: DeploymentState, failed: boolean, now: number): void {
  const recent = state.outcomes.slice(-mostOutcomes).filter(({ at }) => at > now - minuteMs);
  state.outcomes = [...recent, { at: now, failed }];
}

/** More than half of at least five requests within a minute. */
function mostlyFails({ outcomes }: DeploymentState): boolean {
  return outcomes.length >= 5 && outcomes.filter(({ failed }) => failed).length * 2 > outcomes.length;
}

function average(former: number | undefined, value: number): number {
  return former === undefined ? value : former * 0.7 + value * 0.3;
}
