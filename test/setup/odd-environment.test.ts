import { afterAll, describe, expect, it } from '@jest/globals';
import { Programs } from '../helpers/child-program.js';

const programs = new Programs('odd-environment');
afterAll(() => programs.remove());

const SET_UPS = {
  nodeSdkOptions: `
    const { NodeSDK } = require('@opentelemetry/sdk-node');
    const collector = new rimp.TelemetryCollector();
    const sdk = new NodeSDK({ ...rimp.nodeSdkOptions(collector), instrumentations: [] });
    sdk.start(); sdk.shutdown().then(() => collector.shutdown());`,
  startTelemetry: `rimp.startTelemetry().shutdown();`,
};
const NOWHERE = { OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' };
const OTLP = {
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
};

describe.each(Object.entries(SET_UPS))('an environment that is odd, and %s', (_name, body) => {
  it.each([
    [{ OTEL_LOG_LEVEL: 'loud' }, /^rimp-telemetry: OTEL_LOG_LEVEL: expected .*, got "loud": .*\n$/],
    [{ OTEL_METRICS_EXPORTER: 'statsd' }, /^rimp-telemetry: OTEL_METRICS_EXPORTER: expected .*, got "statsd": .*\n$/],
    [
      { ...OTLP, OTEL_BLRP_SCHEDULE_DELAY: '-5' },
      /^rimp-telemetry: OTEL_BLRP_SCHEDULE_DELAY: expected .*, got "-5": .*\n$/,
    ],
    [
      { ...OTLP, OTEL_EXPORTER_OTLP_TIMEOUT: 'Infinity' },
      /^rimp-telemetry: OTEL_EXPORTER_OTLP_TIMEOUT: expected .*\n$/,
    ],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,query=a=b' },
      /^rimp-telemetry: OTEL_RESOURCE_ATTRIBUTES: expected NAME=VALUE pairs .*, got a part that is none: .*\n$/,
    ],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop, key=%C4%85 , empty=,' }, /^$/],
    [{ OTEL_METRICS_EXPORTER: 'statsd', RIMP_LOG_LEVEL: 'none' }, /^$/],
  ])('is told of once, on standard error if there is no logger: %j', async (env, said) => {
    const { stderr, status } = await programs.run(body, { env: { ...NOWHERE, ...env } });
    expect(status).toBe(0);
    // what NodeSDK itself says of a level is its own affair
    expect(
      stderr
        .split('\n')
        .filter((line) => line.startsWith('rimp-telemetry'))
        .map((line) => `${line}\n`)
        .join(''),
    ).toMatch(said);
  });
});
