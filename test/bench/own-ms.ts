/** CPU time of this thread so far: what other threads and programs do meanwhile does not count. */
export function ownMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
