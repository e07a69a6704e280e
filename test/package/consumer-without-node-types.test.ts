import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshApp, removeDirectories, run } from '../helpers/fresh-app.js';

const CONSUMER = `
import { createOtlpReceiver, FileStorage, openStorage, RimpLogRecordProcessor, RimpMetricReader, shipTelemetry,
  SqliteStorage, startTelemetry, type TelemetryConfigInit, TelemetryCollector, TelemetryStream } from 'rimp-telemetry';
import { TelemetryCollector as Legacy } from 'rimp-telemetry/legacy';
import { storageContract } from 'rimp-telemetry/testing';
import { telemetry } from 'rimp-telemetry/register';

const config: TelemetryConfigInit = { bufferSize: 10 };
const collector = new TelemetryCollector(config);
export const parts = [new RimpLogRecordProcessor(collector), new RimpMetricReader(collector)];
export const storages = [new FileStorage('a.jsonl'), new SqliteStorage('a.db'), openStorage({})];
export const stream = new TelemetryStream({ collector });
export const legacy = new Legacy().collect_event('a', 'b')?.event_id;
export const functions = [createOtlpReceiver, shipTelemetry, startTelemetry, storageContract, telemetry];
`;
const DISPOSER = `
import { TelemetryCollector } from 'rimp-telemetry';
export async function collect(): Promise<void> {
  await using collector = new TelemetryCollector();
  collector.collectEvent('a', 'b');
}
`;

let app: string;
beforeAll(async () => {
  app = await freshApp({ '@opentelemetry/api': '~1.9.0', typescript: '^7.0.0' });
}, 300_000);
afterAll(removeDirectories);

/** What the compiler says of a consumer; the declarations of this library are checked too. */
async function compile(name: string, code: string, options: object): Promise<string> {
  const directory = join(app, name);
  mkdirSync(directory);
  for (const file of ['consumer.mts', 'consumer.cts']) writeFileSync(join(directory, file), code);
  const compilerOptions = { target: 'ES2022', strict: true, types: [], skipLibCheck: false, noEmit: true, ...options };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts', '*.cts'] }));
  const { stdout, stderr } = await run(join(app, 'node_modules', '.bin', 'tsc'), ['-p', name], { cwd: app });
  // the declarations of `@opentelemetry/api` name `console`, which is for it to resolve
  const errors = (stdout + stderr).split('\n').filter((line) => line.includes(': error TS'));
  return errors.filter((line) => !line.startsWith('node_modules/@opentelemetry/')).join('\n');
}

describe('a consumer without the types of Node', () => {
  it.each([
    ['Node16', 'Node16'],
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ])('compiles with lib ES2022 and module %s, resolved as %s', async (module, moduleResolution) => {
    const options = { module, moduleResolution, lib: ['ES2022'], exactOptionalPropertyTypes: true };
    expect(await compile(`${module}-${moduleResolution}`, CONSUMER, options)).toBe('');
  });

  it('compiles as a browser project does, with lib DOM', async () => {
    const options = { module: 'ESNext', moduleResolution: 'Bundler', lib: ['ES2022', 'DOM'] };
    expect(await compile('dom', CONSUMER, options)).toBe('');
  });

  it('disposes of a collector with `await using`', async () => {
    const options = { module: 'NodeNext', moduleResolution: 'NodeNext', lib: ['ES2022'] };
    expect(await compile('using', DISPOSER, options)).toBe('');
  });
});
