import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { programAt } from './program.js';
import { until } from './until.js';

/** VictoriaMetrics: named by VICTORIAMETRICS, below the user's cache, or on the PATH; `undefined`: there is none. */
export function victoriaMetricsProgram(): string | undefined {
  return programAt('VICTORIAMETRICS', 'victoriametrics', 'victoria-metrics');
}

/** A sample as PromQL gives it. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds since the Unix epoch, and the value as text. */
  readonly values: readonly (readonly [number, string])[];
}

/** A running VictoriaMetrics. */
export interface VictoriaMetrics {
  /** Base URL for OTLP. */
  readonly otlp: string;
  /** What PromQL gives for a window that ends at a time, as the samples that were stored. */
  query(expression: string, time: Date, window: string): Promise<Sample[]>;
  stop(): Promise<void>;
}

/** Starts VictoriaMetrics on loopback. */
export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const program = victoriaMetricsProgram();
  if (program === undefined) throw new Error('no VictoriaMetrics here');
  const directory = mkdtempSync(join(tmpdir(), 'rimp-vm-'));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    program,
    [
      `-httpListenAddr=${address}`,
      `-storageDataPath=${directory}`,
      '-retentionPeriod=100y',
      '-search.latencyOffset=0s',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://${address}`;
  await until(async () => {
    try {
      return (await fetch(`${url}/health`)).ok;
    } catch {
      return false;
    }
  });
  return {
    otlp: `${url}/opentelemetry`,
    async query(expression, time, window) {
      await fetch(`${url}/internal/force_flush`);
      const query = new URLSearchParams({ query: `${expression}[${window}]`, time: String(time.getTime() / 1000) });
      const answer = (await (await fetch(`${url}/api/v1/query?${query.toString()}`)).json()) as {
        data?: { result: Sample[] };
        error?: string;
      };
      if (answer.data === undefined) throw new Error(answer.error);
      return answer.data.result;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
