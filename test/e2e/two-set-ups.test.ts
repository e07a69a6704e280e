import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'two-set-ups-'));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(closeSinks);

const OURS = 'rimp-telemetry/register';
/** Another set-up, as `auto-instrumentations-node/register` is one. */
const OTHER = join(directory, 'other.cjs');
writeFileSync(
  OTHER,
  `const { NodeSDK } = require('@opentelemetry/sdk-node');
   const sdk = new NodeSDK({ serviceName: 'other', instrumentations: [], autoDetectResources: false });
   sdk.start();
   globalThis.endOther = () => sdk.shutdown();`,
);
const PROGRAM = join(directory, 'program.cjs');
writeFileSync(
  PROGRAM,
  `const api = require('@opentelemetry/api');
   const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
   logs.getLogger('lib').emit({ body: 'hello', severityNumber: 9 });
   api.metrics.getMeter('lib').createCounter('c').add(3);
   globalThis.endOther().then(() => require('rimp-telemetry/register').telemetry.shutdown());`,
);

describe('rimp-telemetry/register beside another set-up', () => {
  it.each([
    ['after', [OTHER, OURS]],
    ['before', [OURS, OTHER]],
  ])('stores what libraries emit if it comes %s it, and the other still exports', async (order, modules) => {
    const sink = await otlpSink();
    const path = join(directory, `${order}.jsonl`);
    const stderr = await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [...modules.flatMap((module) => ['--require', module]), PROGRAM],
        {
          cwd: directory,
          timeout: 30_000,
          env: {
            ...process.env,
            OTEL_TRACES_EXPORTER: 'none',
            OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
            OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
            RIMP_STORAGE_BACKEND: 'file',
            RIMP_STORAGE_PATH: path,
          },
        },
        (_error, _out, errors) => resolve(errors),
      );
    });
    const stored = existsSync(path) ? readFileSync(path, 'utf8') : '';
    expect(stderr).toBe('');
    expect(stored.match(/"message":"hello"/g)).toHaveLength(1);
    expect(stored).toContain('"name":"c"');
    expect(jsonRecords(sink.requests).map(({ record }) => record.body)).toEqual([{ stringValue: 'hello' }]);
    // by its name, as ours exports there as well
    const ofOther = sink.requests.filter(({ body }) => body.includes('"other"')).map(({ path: to }) => to);
    expect([...new Set(ofOther)].sort()).toEqual(['/v1/logs', '/v1/metrics']);
  });
});
