/** A command as everything outside its task knows it: the ids of calls repeat from task to task. */
export function ownCommand({ taskId }: { readonly taskId: string }, callId: string): string {
  return `${taskId}/${callId}`;
}
