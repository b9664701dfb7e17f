import type { ToolScope } from '../../core/tools/tool.ts';

/** A command as everything outside its task knows it: the ids of calls repeat from task to task. */
export function ownCommand(scope: Pick<ToolScope, 'taskId'>, id: string): string {
  return `${scope.taskId}/${id}`;
}
