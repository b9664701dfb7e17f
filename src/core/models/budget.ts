import { MagusError } from '../errors/magus-error.ts';
import type { ModelRequest } from '../ports.ts';
import { type DeploymentState, priceOf } from './deployment-state.ts';
import type { Price } from './transport.ts';

/** What was spent on a day, by every process of this user. */
export interface SpendingLedger {
  /** Takes the sum off what is left of the day; false, and nothing is taken, when it would pass the limit. */
  reserve(reservation: {
    readonly id: string;
    readonly day: string;
    readonly usd: number;
    readonly limitUsd: number;
  }): Promise<boolean>;
  /** What it really was. */
  settle(id: string, usd: number): Promise<void>;
}

export interface Budget {
  /** Before a request: throws `limit-reached` when it may cost more than is left. Without a word, the answer may be of usual length. */
  reserve(request: Spender, state: DeploymentState, tokens: number, answer?: number): Promise<Reservation>;
}
/** Whose request it is, and what that one has spent. */
type Spender = Pick<ModelRequest, 'session' | 'spentUsd'>;
export interface Reservation {
  readonly usd: number;
  /** Afterwards: what it cost. */
  settle(usd: number): Promise<void>;
}

export interface BudgetOptions {
  readonly taskUsd?: number | undefined;
  readonly dayUsd?: number | undefined;
  readonly states: () => Iterable<DeploymentState>;
  readonly ledger: SpendingLedger;
  readonly now: () => number;
  readonly randomId: () => string;
}

/** Tokens an answer is expected to have at most when nobody limits it. */
const usualAnswerTokens = 2048;

/** Reserves before each request and settles after it, so that requests side by side cannot pass a limit together. */
export function createBudget(options: BudgetOptions): Budget {
  const { taskUsd, dayUsd, ledger } = options;
  const inFlight = new Map<string, number>();
  const hold = (session: string, usd: number): void => {
    inFlight.set(session, (inFlight.get(session) ?? 0) + usd);
  };
  return {
    reserve: async (request, state, tokens, answer = answerTokens(state)) => {
      const session = request.session ?? '';
      const price = priceOf(state);
      const usd = costOf(price ?? dearest(options.states()), tokens, answer);
      // A model that costs nothing may always be asked; one whose price nobody knows may not, once the money is spent.
      const free = price !== undefined && usd === 0;
      const taken = (request.spentUsd ?? 0) + (inFlight.get(session) ?? 0);
      if (taskUsd !== undefined && !free && taken + usd > taskUsd) throw overTask(taskUsd, taken, usd);
      hold(session, usd);
      const id = options.randomId();
      if (dayUsd !== undefined) {
        const day = new Date(options.now()).toISOString().slice(0, 10);
        const reserved = await ledger.reserve({ id, day, usd, limitUsd: dayUsd }).catch((error: unknown) => {
          hold(session, -usd);
          throw error;
        });
        if (!reserved) {
          hold(session, -usd);
          throw overDay(dayUsd, usd);
        }
      }
      return {
        usd,
        settle: async (actual) => {
          hold(session, -usd);
          if (dayUsd !== undefined) await ledger.settle(id, actual);
        },
      };
    },
  };
}

/** What an answer cost by its counted tokens; undefined when the price is not known. */
export function countedCost(
  state: DeploymentState,
  usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cachedTokens?: number },
): number | undefined {
  const price = priceOf(state);
  if (!price) return undefined;
  const cached = price.cachedInput === undefined ? 0 : (usage.cachedTokens ?? 0);
  const fresh = costOf(price, usage.inputTokens - cached, usage.outputTokens);
  return fresh + (cached * (price.cachedInput ?? 0)) / 1e6;
}

function costOf(price: Price, inputTokens: number, outputTokens: number): number {
  return (inputTokens * price.input + outputTokens * price.output) / 1e6;
}

function answerTokens({ address, facts }: DeploymentState): number {
  return Math.min(address.deployment.output ?? facts.outputTokens ?? usualAnswerTokens, usualAnswerTokens);
}

function dearest(states: Iterable<DeploymentState>): Price {
  let dearest: Price = { input: 0, output: 0 };
  for (const state of states) {
    const price = priceOf(state);
    if (price && price.input + price.output > dearest.input + dearest.output) dearest = price;
  }
  return dearest;
}

function overTask(limit: number, taken: number, usd: number): MagusError {
  return new MagusError(
    'limit-reached',
    `The next request may cost $${usd.toFixed(4)}, and of the task's budget of $${limit} only $${Math.max(0, limit - taken).toFixed(4)} is left. Raise budget.taskUsd in the model configuration, or use a cheaper model, and resume the task.`,
    { code: 'BUDGET_TASK' },
  );
}

function overDay(limit: number, usd: number): MagusError {
  return new MagusError(
    'limit-reached',
    `The next request may cost $${usd.toFixed(4)}, which is more than is left of today's budget of $${limit}. Raise budget.dayUsd in the model configuration, or go on tomorrow (UTC).`,
    { code: 'BUDGET_DAY' },
  );
}
