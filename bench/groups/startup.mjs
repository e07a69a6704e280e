// What a program pays before its first line: a process of its own for each.
import { execFileSync } from 'node:child_process';
import { compare, quick } from '../harness.mjs';

const RAW = `
  const { LoggerProvider, BatchLogRecordProcessor } = await import('@opentelemetry/sdk-logs');
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const { OTLPLogExporter } = await import('@opentelemetry/exporter-logs-otlp-proto');
  const exporter = new OTLPLogExporter({ url: 'http://127.0.0.1:9/v1/logs' });
  new LoggerProvider({ processors: [new BatchLogRecordProcessor(Object.assign(exporter, { exporter }))] });
  new MeterProvider();
`;
const PROGRAMS = {
  'node alone': '',
  'import pino': `(await import('pino')).default();`,
  'import winston': `(await import('winston')).default.createLogger({ silent: true });`,
  'import rimp-telemetry, a collector': `new (await import('rimp-telemetry')).TelemetryCollector();`,
  'raw OpenTelemetry with its OTLP exporter': RAW,
  'startTelemetry with OTLP': `(await import('rimp-telemetry')).startTelemetry({ register: false, otlp: { endpoint: 'http://127.0.0.1:9' } });`,
};
const cases = Object.fromEntries(
  Object.entries(PROGRAMS).map(([name, program]) => [
    name,
    () => {
      const start = performance.now();
      execFileSync(process.execPath, ['--input-type=module', '-e', `${program}\nprocess.exit();`]);
      return performance.now() - start;
    },
  ]),
);
await compare('startup', 'from the start of a process to its end', 'ms', cases, { rounds: quick ? 3 : 11 });
process.exit();
