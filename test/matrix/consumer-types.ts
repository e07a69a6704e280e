import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../helpers/fresh-app.js';

/** A strict consumer that touches all that our types share with the SDK's. */
const CONSUMER = `
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider, type IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { nodeSdkOptions, RimpLogRecordProcessor, RimpMetricReader, startTelemetry, TelemetryCollector,
  type TelemetryStorage, TelemetryData, TelemetryStream } from 'rimp-telemetry';
import { TelemetryCollector as Legacy } from 'rimp-telemetry/legacy';

const collector = new TelemetryCollector({ bufferSize: 10 });
const processor: LogRecordProcessor = new RimpLogRecordProcessor(collector);
const reader: IMetricReader = new RimpMetricReader(collector);
const loggerProvider = new LoggerProvider({ processors: [processor] });
const meterProvider = new MeterProvider({ readers: [reader] });
collector.useProviders({ loggerProvider, meterProvider });
export const sdk = new NodeSDK({ ...nodeSdkOptions(collector) });
export const telemetry = startTelemetry({ serviceName: 'x', otlp: false });
export const storage: TelemetryStorage = collector.storage;
export const size: number = new TelemetryData({ events: [], metrics: [] }).size;
export const stream = new TelemetryStream({ collector });
export const legacy = new Legacy().collect_event('a', 'b')?.event_id;
// @ts-expect-error a misspelt field is refused
new TelemetryCollector({ buffersize: 10 });
`;

const RESOLUTIONS = {
  node16: { module: 'Node16', moduleResolution: 'Node16' },
  nodenext: { module: 'NodeNext', moduleResolution: 'NodeNext' },
  bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
} as const;

/** The ways of resolving modules that a consumer is compiled in. */
export const resolutions = Object.keys(RESOLUTIONS) as readonly (keyof typeof RESOLUTIONS)[];

/** Compiles the consumer, with the declarations of all libraries checked; gives what the compiler said. */
export async function compileConsumer(
  app: string,
  resolution: keyof typeof RESOLUTIONS,
  exactOptionalPropertyTypes: boolean,
): Promise<string> {
  const directory = join(app, `types-${resolution}`);
  mkdirSync(directory, { recursive: true });
  for (const name of ['consumer.mts', 'consumer.cts']) writeFileSync(join(directory, name), CONSUMER);
  const compilerOptions = {
    ...RESOLUTIONS[resolution],
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    types: ['node'],
    strict: true,
    // the SDK's own declarations of the lowest version don't pass with it
    exactOptionalPropertyTypes,
    skipLibCheck: false,
    noEmit: true,
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts', '*.cts'] }));
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', directory], { cwd: app });
  return stdout;
}
