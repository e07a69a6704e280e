import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OtlpOptions, type StartedTelemetry, startTelemetry } from 'rimp-telemetry';
import { closeSinks, jsonRecords } from './otlp-sink.js';

const directories: string[] = [];
const started: StartedTelemetry[] = [];

/** Ends all that was started, and removes the directories. */
export async function endAll(): Promise<void> {
  await Promise.all(started.splice(0).map((telemetry) => telemetry.shutdown({ timeoutMillis: 200 })));
  await closeSinks();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export function newDirectory(): string {
  const made = mkdtempSync(join(tmpdir(), 'rimp-queue-'));
  directories.push(made);
  return made;
}

/** @param directory - of the queue on disk; without one, telemetry waits in memory. */
export function start(
  endpoint: string,
  directory: string | undefined,
  otlp: OtlpOptions = {},
  maxBytes?: number,
): StartedTelemetry {
  const telemetry = startTelemetry({
    serviceName: 'shop',
    register: false,
    otlp: {
      endpoint,
      protocol: 'http/json',
      ...otlp,
      ...(directory !== undefined && { queue: { directory, maxBytes } }),
    },
  });
  started.push(telemetry);
  return telemetry;
}

export function collect(telemetry: StartedTelemetry, from: number, to: number): void {
  for (let i = from; i < to; i += 1) telemetry.collector.collectEvent('shop', `event ${i}`, 'info', { i });
}

export function messages(requests: Parameters<typeof jsonRecords>[0]): string[] {
  return jsonRecords(requests).map(({ record }) => (record.body as { stringValue: string }).stringValue);
}

export const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `event ${from + i}`);
export const counters = (telemetry: StartedTelemetry) => telemetry.collector.health().sinks['otlp-logs'];
