import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { ApprovalRequest, People, Ports } from '../../../src/core/ports.ts';
import { authorize } from '../../../src/core/security/authorize.ts';
import { failureOf } from '../../../src/core/tools/failure-of.ts';
import type { ToolResult, ToolScope } from '../../../src/core/tools/tool.ts';
import type { TaskEvent } from '../../../src/protocol/task-event.ts';
import { type Session, type TaskRig, taskRig, yes } from '../task/task-rig.ts';

export interface Asked extends ToolResult {
  /** Every question that a person was asked, in order. */
  readonly questions: readonly ApprovalRequest[];
  readonly events: readonly TaskEvent[];
  readonly live: string;
}

export interface AskOptions {
  readonly taskId?: string;
  /** Answers to the questions, in order; those beyond are answered with yes. */
  readonly answers?: readonly (boolean | undefined)[];
  /** Runs while a person thinks about the question of that number, from 0. */
  readonly meanwhile?: (question: number) => Promise<void>;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

export interface DeployRig {
  readonly rig: TaskRig;
  readonly root: string;
  /** First on the PATH of this process until `remove`. */
  readonly bin: string;
  ports(): Ports;
  call(name: string, input: unknown, options?: AskOptions): Promise<Asked>;
  /** Plans and gives what deploy_apply takes. Throws where the plan fails. */
  plan(target: string, env: string, options?: AskOptions): Promise<PlanIds>;
  /** As after the end of this process: the same data, nothing in memory. */
  reopen(session?: Session): Promise<void>;
  remove(): Promise<void>;
}

export interface PlanIds {
  readonly plan_id: string;
  readonly digest: string;
}

/** What deploy_apply takes, as deploy_plan says it; undefined where it says nothing of the kind. */
export function planIn(text: string): PlanIds | undefined {
  const [, plan_id = '', digest = ''] = /"plan_id":"(\w+)","digest":"(\w+)"/.exec(text) ?? [];
  return plan_id === '' ? undefined : { plan_id, digest };
}

/** Calls of the deployment tools through the real parse, effects, policy and run, in mode auto: only what must be asked is asked. */
export async function deployRig(session: Session = {}): Promise<DeployRig> {
  const rig = await taskRig();
  const bin = path.join(await realpath(path.dirname(rig.root)), 'programs');
  await mkdir(bin);
  const formerPath = process.env['PATH'];
  process.env['PATH'] = `${bin}:${formerPath}`;
  let opened = await rig.open({ people: yes, models: null, ...session });
  let calls = 0;
  /** As a task keeps them: what was allowed is not asked for again. */
  const granted = new Set<string>();
  const call: DeployRig['call'] = async (name, input, options = {}) => {
    const { taskId = 'task', answers = [], meanwhile, signal = new AbortController().signal } = options;
    const tool = opened.ports.tools.find((each) => each.name === name);
    if (!tool) throw new Error(`There is no tool ${name}.`);
    const events: TaskEvent[] = [];
    const questions: ApprovalRequest[] = [];
    let live = '';
    calls += 1;
    const scope: ToolScope = {
      taskId,
      callId: `call-${calls}`,
      roots: [rig.root],
      seen: new Map(),
      changes: () => [],
      record: async (event) => void events.push(event),
    };
    const approve: People['approve'] = async (request) => {
      const number = questions.push(request) - 1;
      await meanwhile?.(number);
      const answer = number < answers.length ? answers[number] : true;
      if (answer === true) granted.add(request.hash);
      return answer;
    };
    const { clock, people } = opened.ports;
    const ports: Ports = {
      ...opened.ports,
      clock: { ...clock, now: options.now ?? clock.now },
      people: { ...people, approve },
      live: (_task, delta) => {
        live += delta.text;
      },
    };
    const done = (result: ToolResult): Asked => ({ ...result, questions, events, live });
    try {
      const parsed = tool.input.parse(input);
      const effects = await tool.effects(ports, scope, parsed);
      const question = { taskId, callId: scope.callId, title: tool.describe(parsed), effects };
      const outcome = await authorize(ports, { ...question, trusted: true, approve: 'auto', granted }, signal);
      if (!outcome.authorized)
        return done({
          ok: false,
          content: outcome.decision.reason,
          error: { kind: 'permission-denied', code: 'REFUSED', message: '' },
        });
      return done(await tool.run(ports, scope, parsed, outcome.authorized, signal));
    } catch (caught) {
      if (signal.aborted) throw caught;
      return done(failureOf(caught));
    }
  };
  return {
    rig,
    root: rig.root,
    bin,
    ports: () => opened.ports,
    call,
    plan: async (target, env, options) => {
      const { ok, content } = await call('deploy_plan', { target, env }, options);
      const plan_id = /^plan_id: (\w+)$/m.exec(content)?.[1];
      const digest = /^digest: (\w+)$/m.exec(content)?.[1];
      if (!ok || !plan_id || !digest) throw new Error(`The plan failed: ${content}`);
      return { plan_id, digest };
    },
    reopen: async (next = {}) => {
      await opened.close();
      opened = await rig.open({ people: yes, models: null, ...session, ...next });
    },
    remove: async () => {
      process.env['PATH'] = formerPath;
      await rig.remove();
    },
  };
}
