import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { programAt } from './program.js';

/** The OpenTelemetry Collector: named by OTELCOL, below the user's cache, or on the PATH; `undefined`: there is none. */
export function otelcolProgram(): string | undefined {
  return programAt('OTELCOL', 'otelcol', 'otelcol');
}

/** A running Collector. */
export interface Otelcol {
  readonly url: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a Collector that receives OTLP over HTTP, and sends on what it got to another OTLP endpoint. */
export async function startOtelcol(
  to: string,
  options: {
    readonly encoding?: 'json' | 'proto';
    readonly port?: number;
    /** It also receives OTLP over gRPC there. */
    readonly grpcPort?: number;
    /** It answers when what it received was taken where it sends to, and keeps nothing in memory. */
    readonly synchronous?: boolean;
    readonly gzip?: boolean;
    /** A configuration that takes LISTEN and UPSTREAM from the environment, instead of the one made from the others. */
    readonly config?: string;
  } = {},
): Promise<Otelcol> {
  const program = otelcolProgram();
  if (program === undefined) throw new Error('no OpenTelemetry Collector here');
  const directory = mkdtempSync(join(tmpdir(), 'rimp-otelcol-'));
  const port = options.port ?? (await freePort());
  const [processors, queue] = options.synchronous
    ? ['[]', ', sending_queue: { enabled: false }, retry_on_failure: { enabled: false }']
    : ['[batch]', ''];
  const grpc = options.grpcPort === undefined ? '' : `, grpc: { endpoint: "127.0.0.1:${options.grpcPort}" }`;
  writeFileSync(
    join(directory, 'config.yaml'),
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" }${grpc} } } }
processors: { batch: { timeout: 50ms } }
exporters: { otlp_http: { endpoint: "${to}", encoding: ${options.encoding ?? 'json'}, compression: ${options.gzip ? 'gzip' : 'none'}${queue} } }
service:
  telemetry: { metrics: { level: none }, logs: { level: info } }
  pipelines:
    logs: { receivers: [otlp], processors: ${processors}, exporters: [otlp_http] }
    metrics: { receivers: [otlp], processors: ${processors}, exporters: [otlp_http] }
    traces: { receivers: [otlp], processors: ${processors}, exporters: [otlp_http] }
`,
  );
  const child = spawn(program, ['--config', options.config ?? join(directory, 'config.yaml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LISTEN: `127.0.0.1:${port}`, UPSTREAM: to },
  });
  await ready(child);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async (signal = 'SIGTERM') => {
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Everything is ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the Collector ended with ${code}: ${text.slice(-2000)}`)));
  });
}
