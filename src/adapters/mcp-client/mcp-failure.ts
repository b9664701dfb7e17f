import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { isMagusError, MagusError } from '../../core/errors/magus-error.ts';
import type { OpenedTransport } from './open-transport-to.ts';

interface Limits {
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal;
}

/** Why a server could not be started or reached, in words, with its own last ones. */
export function failureOfStart(
  error: unknown,
  name: string,
  opened: OpenedTransport | undefined,
  { signal, deadline }: Limits,
): unknown {
  if (signal.aborted) return signal.reason;
  if (isMagusError(error)) return error;
  if (error instanceof UnauthorizedError) return signInFailed(name);
  const why = deadline.aborted ? 'It did not answer within 60 s.' : whyOf(error, opened);
  return new MagusError(
    'tool-failed',
    `The MCP server ${name} could not be started. ${why}${lastWords(opened)} Mend its configuration or go on without it.`,
    { code: 'SERVER_FAILED', cause: error },
  );
}

/** Why a call failed. `SESSION_ENDED`: the server does not know us any more and did nothing. */
export function failureOfCall(
  error: unknown,
  name: string,
  opened: OpenedTransport | undefined,
  { signal, deadline }: Limits,
): unknown {
  if (signal.aborted) return signal.reason;
  if (deadline.aborted && isMagusError(deadline.reason)) return deadline.reason;
  if (isMagusError(error)) return error;
  if (error instanceof UnauthorizedError) return signInFailed(name);
  if (error instanceof StreamableHTTPError && error.code === 404)
    return new MagusError('tool-failed', `The MCP server ${name} has ended the session.`, { code: 'SESSION_ENDED' });
  if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed)
    return new MagusError('tool-failed', `${name} answered with an error: ${error.message.slice(0, 4000)}`, {
      code: 'MCP_ERROR',
      cause: error,
    });
  return new MagusError(
    'tool-failed',
    `The MCP server ${name} ended or broke off during the call, which may or may not have taken effect. ${whyOf(error, opened)}${lastWords(opened)} It is started again at the next call.`,
    { code: 'SERVER_DIED', cause: error },
  );
}

export function signInFailed(name: string): MagusError {
  return new MagusError(
    'tool-failed',
    `The MCP server ${name} does not take the sign-in. Ask the user to sign in again.`,
    {
      code: 'SIGN_IN',
    },
  );
}

function whyOf(error: unknown, opened: OpenedTransport | undefined): string {
  if (opened?.process?.fault !== undefined) return opened.process.fault;
  if (!(error instanceof Error)) return '';
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message.slice(0, 1000)}${cause}.`;
}

function lastWords(opened: OpenedTransport | undefined): string {
  const words = opened?.process?.lastWords.slice(-1000) ?? '';
  return words === '' ? '' : ` Its last words: "${words}".`;
}
