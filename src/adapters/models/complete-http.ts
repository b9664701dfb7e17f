import { MagusError } from '../../core/errors/magus-error.ts';
import { estimateTokens } from '../../core/models/estimate-tokens.ts';
import { tokensOf } from '../../core/models/request-tokens.ts';
import type { ModelReply, ModelRequest } from '../../core/ports.ts';
import type { ProxyAttempts, Usage } from '../../protocol/task-event.ts';
import { type Deadlines, startDeadlines, type Timeouts } from './deadlines.ts';
import { StreamFault } from './stream-fault.ts';

/** What is put together while an answer comes in, whatever its wire format. */
export interface AnswerCollector {
  /** The server said that it is done: nothing essential is missing. */
  readonly isFinished: () => boolean;
  reply(): Omit<ModelReply, 'usage'> & { readonly usage: Usage | undefined };
}

/** What a server says of an answer in its headers. */
export interface AnswerFacts {
  readonly usd?: number;
  readonly proxied?: ProxyAttempts;
}

/**
 * Runs one exchange under its deadlines. `exchange` sends, feeds the collector and returns what the server said beside the answer;
 * `asFault` makes a fault of what it throws.
 */
export async function completeHttp(
  options: {
    readonly timeouts: Timeouts;
    readonly request: ModelRequest;
    readonly collector: AnswerCollector;
    readonly exchange: (deadlines: Deadlines) => Promise<AnswerFacts>;
    readonly asFault: (thrown: unknown, passed: StreamFault | undefined) => MagusError;
  },
  signal: AbortSignal,
): Promise<ModelReply> {
  const { collector, request } = options;
  const deadlines = startDeadlines(options.timeouts, signal);
  let facts: AnswerFacts = {};
  try {
    facts = await options.exchange(deadlines);
  } catch (thrown) {
    if (signal.aborted) throw new MagusError('cancelled', 'The request to the model was cancelled.');
    // With the finish reason there, whatever broke afterwards cost nothing but trailing frames.
    const refused = thrown instanceof StreamFault && thrown.fault === 'content-refused';
    if (refused || !collector.isFinished()) throw options.asFault(thrown, deadlines.passed());
  } finally {
    deadlines.dispose();
  }
  const reply = collector.reply();
  const usage = reply.usage ?? estimated(request, reply);
  const { usd, proxied } = facts;
  return {
    ...reply,
    usage: usage.usd === undefined && usd !== undefined ? { ...usage, usd } : usage,
    ...(proxied === undefined ? {} : { proxied }),
  };
}

/** Without a count of the server's, so that budgets hold on every server. */
function estimated(request: ModelRequest, reply: Pick<ModelReply, 'text' | 'calls'>): Usage {
  return {
    inputTokens: tokensOf(request),
    outputTokens: estimateTokens(reply.text + reply.calls.map((call) => call.arguments).join('')),
  };
}
