/** Part of the environment of everything that a command starts, so that it is found again whoever its parent is by then. */
export function markOf({ taskId, commandId }: { readonly taskId: string; readonly commandId: string }): string {
  return `${markName}=${taskId}/${commandId}`;
}

const markName = 'OPENMAGUS_COMMAND';
