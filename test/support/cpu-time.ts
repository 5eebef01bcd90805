/** Milliseconds of work that this process has done: what else runs on the machine makes no difference. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
