import type { DataCall } from '../../core/data-port.ts';
import type { Ports } from '../../core/ports.ts';
import type { Authorized } from '../../core/security/authorized.ts';
import type { ToolScope } from '../../core/tools/tool.ts';

/** A call whose progress is shown while it runs, and forgotten. */
export function dataCall(ports: Ports, { taskId, callId }: ToolScope, authorized: Authorized): DataCall {
  return {
    authorized,
    taskId,
    callId,
    onProgress: (text) => ports.live(taskId, { type: 'output', callId, text }),
  };
}
