import { faultWords } from '../../protocol/fault-words.ts';
import { MagusError } from '../errors/magus-error.ts';
import type { Member } from './candidates.ts';
import type { Failure, ModelCall } from './model-call.ts';

/** The last word when nobody could answer: every attempt in order, in words a person understands, and what to do. */
export function exhausted(call: ModelCall, now: number): MagusError {
  const last = call.failures.at(-1);
  const off = call.members.filter(({ state }) => state.coolUntil > now && !failed(call, state.address.id));
  if (!last) return nobodyAsked(off, now);
  const { error } = last;
  if (call.failures.length === 1 && off.length === 0) return error;
  const lines = call.attempts.map(
    ({ deployment, fault, durationMs, waitedMs, afterOutput }, index) =>
      `${index + 1}. ${deployment}: ${faultWords(fault)}${afterOutput ? ' after text had come' : ''}, after ${seconds(durationMs)}${waitedMs > 0 ? ` (waited ${seconds(waitedMs)} before)` : ''}`,
  );
  const details = { ...error.details, attempts: call.attempts };
  const kinds = new Set(call.failures.map((failure) => failure.error.kind));
  const alike = kinds.size === 1;
  return new MagusError(
    alike ? error.kind : 'model-unavailable',
    `${error.message}\nWhat was tried:\n${[...lines, ...off.map((member) => coolingLine(member, now))].join('\n')}`,
    {
      ...(error.code === undefined ? {} : { code: error.code }),
      retryable: call.failures.some((failure) => failure.error.retryable),
      details,
      cause: error,
    },
  );
}

function failed(call: ModelCall, id: string): boolean {
  return call.failures.some(({ member }: Failure) => member.state.address.id === id);
}

function nobodyAsked(off: readonly Member[], now: number): MagusError {
  const reason = off.map(({ state }) => state.coolReason).find((known) => known !== undefined);
  if (!reason)
    return new MagusError(
      'configuration',
      'No configured model can do this: it needs tools or images that none of them has. Look at “capabilities” in the model configuration, or add another model.',
      { code: 'NO_CAPABLE_MODEL' },
    );
  return new MagusError(
    off.every(({ state }) => state.coolUntil === Number.POSITIVE_INFINITY) ? 'configuration' : 'model-unavailable',
    `No model can be asked just now.\n${off.map((member) => coolingLine(member, now)).join('\n')}\nMend what is named here, or test the model with OpenMagus: Manage Models, and try again.`,
    { code: reason.fault.toUpperCase().replaceAll('-', '_'), retryable: true },
  );
}

function coolingLine({ state }: Member, now: number): string {
  const until =
    state.coolUntil === Number.POSITIVE_INFINITY
      ? 'not asked until its configuration or key changes'
      : `not asked for another ${seconds(state.coolUntil - now)}`;
  return `- ${state.address.id}: ${until}${state.coolReason ? ` (${faultWords(state.coolReason.fault)}: ${state.coolReason.message.slice(0, 300)})` : ''}`;
}

function seconds(ms: number): string {
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
