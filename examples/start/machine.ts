// This machine's own figures, as the reference's background service measures them.
import { cpus, freemem, totalmem } from 'node:os';

/** Measures the processors' load since the last call, in percent. */
export function cpuMeter(): () => number {
  let before = ticks();
  return () => {
    const now = ticks();
    const all = now.all - before.all;
    const busy = all - (now.idle - before.idle);
    before = now;
    return all === 0 ? 0 : (busy / all) * 100;
  };
}

/** Memory in use, in megabytes. */
export function memoryUsed(): number {
  return (totalmem() - freemem()) / 1e6;
}

function ticks(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}
