import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * The package's relays (socat) outlive a process that is killed. A shell that waits for its input, which ends with this
 * process however that ends, ends them then. Answers how to call it off. Linux only; elsewhere there are no relays.
 */
export function guardRelays(): () => void {
  const relays = process.platform === 'linux' ? childrenNamed('socat') : [];
  if (relays.length === 0) return () => undefined;
  const guard = spawn('/bin/sh', ['-c', script, 'sh', ...relays], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: '/usr/bin:/bin' },
    detached: true,
  });
  guard.on('error', () => undefined);
  // Neither may keep this process from ending.
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return () => void guard.kill('SIGKILL');
}

/** The number of a relay that is long gone may be another program's now. */
const script =
  'read -r _; for p in "$@"; do read -r name < "/proc/$p/comm" && [ "$name" = socat ] && kill -9 "$p"; done 2>/dev/null';

function childrenNamed(name: string): readonly string[] {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      // "PID (NAME) STATE PARENT …"; a name may hold brackets, so the last one counts.
      const text = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      return text.includes(`(${name})`) && parent === String(process.pid);
    } catch {
      return false;
    }
  });
}
