import type { TaskMode } from '../protocol/task-start.ts';

export const taskModeWords: Readonly<Record<TaskMode, { readonly label: string; readonly description: string }>> = {
  auto: { label: 'Auto', description: 'The planner decides' },
  ask: { label: 'Ask', description: 'Reads only, changes nothing' },
  plan: { label: 'Plan', description: 'Stops at the plan' },
  act: { label: 'Act', description: 'One step, without a plan' },
};
