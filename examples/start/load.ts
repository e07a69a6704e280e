// Real requests to the service, in bursts.
import { setTimeout as sleep } from 'node:timers/promises';
import { EventType, type TelemetryCollector } from 'rimp-telemetry/legacy';
import { cpuMeter, memoryUsed } from './machine.js';

const PATHS = ['/api/users', '/api/posts', '/api/users', '/api/login', '/api/broken', '/nowhere'];
const PAUSE_MILLIS = 30;

/** Gives a function that sends so many requests, and measures the machine beside them. */
export function loadOn(url: string, collector: TelemetryCollector): (requests: number) => Promise<void> {
  const cpu = cpuMeter();
  return async (requests) => {
    for (let sent = 0; sent < requests; ) {
      const burst = PATHS.slice(0, Math.min(PATHS.length, requests - sent));
      const answers = await Promise.all(burst.map((path) => fetch(`${url}${path}`)));
      await Promise.all(answers.map((response) => response.arrayBuffer()));
      sent += burst.length;
      await sleep(PAUSE_MILLIS);
    }
    const load = cpu();
    collector.collect_metric('cpu_usage', load, 'percent');
    collector.collect_metric('memory_usage', memoryUsed(), 'MB');
    if (load > 80) collector.collect_event('monitor', `High CPU: ${load.toFixed(0)}%`, EventType.WARNING);
  };
}
