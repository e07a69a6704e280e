import { afterEach, describe, expect, it } from '@jest/globals';
import { DiagLogLevel, diag, metrics } from '@opentelemetry/api';
import { TelemetryCollector } from 'rimp-telemetry';

const RIMP = Symbol.for('rimp-telemetry');
const API = Symbol.for('opentelemetry.js.api.1');
const holder = globalThis as unknown as Record<symbol, unknown>;
const kept = { rimp: holder[RIMP], api: holder[API] };
const warnings: string[] = [];

afterEach(() => {
  Object.assign(holder, { [RIMP]: kept.rimp, [API]: kept.api });
  warnings.length = 0;
  diag.disable();
  metrics.disable();
});

function listen(): void {
  const logger = {
    error: () => {},
    warn: (text: string) => warnings.push(text),
    info: () => {},
    debug: () => {},
    verbose: () => {},
  };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

describe('several copies in one process', () => {
  it('of one version cause no warning', () => {
    listen();
    new TelemetryCollector().collectEvent('a', 'b');
    new TelemetryCollector().collectMetric('a', 1);
    expect(warnings).toEqual([]);
  });

  it('of two versions of this library are warned of', () => {
    new TelemetryCollector();
    const { v1 } = holder[RIMP] as { v1: { versions: Set<string> } };
    v1.versions.add('99.0.0');
    listen();
    const collector = new TelemetryCollector();
    expect(warnings.join()).toContain('and 99.0.0');
    expect(collector.health().lastError?.kind).toBe('two_versions');
    v1.versions.delete('99.0.0');
  });

  it('of the API that do not fit are warned of, and lose nothing', () => {
    const collector = new TelemetryCollector();
    // what an older copy leaves behind when it registers: newer ones can't use it
    holder[API] = { version: '1.0.0', logs: {}, metrics: {} };
    expect(collector.collectMetric('m', 1)).not.toBeNull();
    expect(collector.health().lastError).toMatchObject({ kind: 'two_apis' });
    expect(collector.health().lastError?.message).toContain('1.0.0');
    expect(collector.flush().size).toBe(1);
  });
});
