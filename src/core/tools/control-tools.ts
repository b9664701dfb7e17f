import * as z from 'zod/mini';
import { planSchema, planStepSchema } from '../../protocol/plan.ts';
import type { ToolSpec } from '../ports.ts';

/** Calls that steer the task itself; the loop answers them, they have no effects outside. */
export const finishStepInput = z.object({ summary: z.string(), evidence: z._default(z.string(), '') });
export const askUserInput = z.object({
  question: z.string().check(z.minLength(1)),
  choices: z._default(z.array(z.string()), []),
});
export const updatePlanInput = z.object({
  changes: z.object({ add: z._default(z.array(planStepSchema), []), remove: z._default(z.array(z.string()), []) }),
});
export const answerInput = z.object({ text: z.string().check(z.minLength(1)) });
export const proposePlanInput = planSchema;

/** Every request carries them all; a schema is turned into JSON once. */
const specs = new WeakMap<z.ZodMiniType, ToolSpec>();

export const finishStepSpec = specOf(
  'finish_step',
  'Ends this step. Say what was done and what shows that it works; the harness then runs the check itself.',
  finishStepInput,
);
export const askUserSpec = specOf(
  'ask_user',
  'Asks the user one question. Only when the work cannot go on without the answer.',
  askUserInput,
);
export const updatePlanSpec = specOf(
  'update_plan',
  'Adds steps to the plan or removes steps that have not begun.',
  updatePlanInput,
);
export const answerSpec = specOf(
  'answer',
  'Answers a mere question. Use it when nothing has to be changed or run.',
  answerInput,
);
export const proposePlanSpec = specOf(
  'propose_plan',
  'Proposes the plan: few steps, one if that is enough. `after` names steps to wait for, `writes` globs of files the step may change, `check` a shell command that exits 0 when the step is done.',
  proposePlanInput,
);

/** Names of the calls above. */
export const controlTools: ReadonlySet<string> = new Set(
  [finishStepSpec, askUserSpec, updatePlanSpec, answerSpec, proposePlanSpec].map(({ name }) => name),
);

/** What a model is told of a tool; the schema's own noise is left out to save tokens. */
export function specOf(name: string, description: string, input: z.ZodMiniType): ToolSpec {
  const known = specs.get(input);
  if (known) return known;
  const { $schema: _schema, additionalProperties: _closed, ...schema } = z.toJSONSchema(input, { io: 'input' });
  const parameters = JSON.parse(JSON.stringify(schema, withoutNoise)) as ToolSpec['parameters'];
  const spec = { name, description, parameters };
  specs.set(input, spec);
  return spec;
}

/** A whole number without a limit is said to be at most the largest there is. */
function withoutNoise(key: string, value: unknown): unknown {
  return key === 'maximum' && value === Number.MAX_SAFE_INTEGER ? undefined : value;
}
