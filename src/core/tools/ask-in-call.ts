import type { Effect } from '../../protocol/effects.ts';
import type { Ports } from '../ports.ts';
import { authorize } from '../security/authorize.ts';
import type { ToolScope } from './tool.ts';

/** Questions that come up while a call runs are calls of the harness of their own, so that the log says who was asked what. */
const conversation = 'harness';

/** Asks a person in the middle of a call; undefined: nobody can be asked. */
export async function askInCall(
  ports: Pick<Ports, 'people' | 'hash'>,
  scope: ToolScope,
  asked: { readonly question: string; readonly choices: readonly string[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  const callId = ownId(ports, scope);
  const [question, choices] = [asked.question, [...asked.choices]];
  const title = question.split('\n', 1)[0]?.slice(0, 200) ?? '';
  await scope.record({ type: 'tool-call-started', conversation, callId, name: 'ask_user', title });
  await scope.record({ type: 'question-asked', callId, question, choices });
  const answer = await ports.people.answer(scope.taskId, { callId, question, choices }, signal);
  const content = answer ?? 'Nobody is here to answer.';
  await scope.record({ type: 'tool-call-ended', conversation, callId, ok: true, content, durationMs: 0 });
  signal.throwIfAborted();
  return answer;
}

/** Puts one more effect to the policy in the middle of a call. False: refused, or nobody can be asked. */
export async function approveInCall(
  ports: Pick<Ports, 'people' | 'hash' | 'policy'>,
  scope: ToolScope,
  { title, effect }: { readonly title: string; readonly effect: Effect },
  signal: AbortSignal,
): Promise<boolean> {
  const callId = ownId(ports, scope);
  await scope.record({ type: 'tool-call-started', conversation, callId, name: 'approval', title });
  const people: Ports['people'] = {
    resolvePlan: ports.people.resolvePlan,
    answer: ports.people.answer,
    approve: async (request, stop) => {
      const { taskId: _own, ...asked } = request;
      await scope.record({ type: 'approval-requested', ...asked });
      return ports.people.approve(request, stop);
    },
  };
  const { taskId } = scope;
  // The call itself was allowed, so the workspace is trusted; what comes up in it is asked for in every mode.
  const question = {
    taskId,
    callId,
    title,
    effects: [effect],
    trusted: true,
    approve: 'ask',
    granted: noGrants,
  } as const;
  const { allowed, asked, by, hash } = await authorize(
    { hash: ports.hash, policy: ports.policy, people },
    question,
    signal,
  );
  if (asked && allowed !== undefined) await scope.record({ type: 'approval-resolved', callId, allowed, by, hash });
  const content = allowed ? 'Allowed.' : allowed === false ? 'Refused.' : 'Nobody is here to decide.';
  await scope.record({ type: 'tool-call-ended', conversation, callId, ok: allowed === true, content, durationMs: 0 });
  return allowed === true;
}

const noGrants: ReadonlySet<string> = new Set();

function ownId({ hash }: Pick<Ports, 'hash'>, scope: ToolScope): string {
  return `${scope.callId}-${hash.randomId().slice(0, 8)}`;
}
