import { describe, expect, it } from '@jest/globals';
import { TelemetryCollector, TelemetryConfig } from 'rimp-telemetry';

describe('TelemetryConfig', () => {
  it('has the defaults of RIMP for Python', () => {
    const { enabled, bufferSize, flushInterval, realtimeMode, storageBackend, storagePath } = new TelemetryConfig();
    expect({ enabled, bufferSize, flushInterval, realtimeMode, storageBackend, storagePath }).toEqual({
      enabled: true,
      bufferSize: 100,
      flushInterval: 5,
      realtimeMode: true,
      storageBackend: 'memory',
      storagePath: undefined,
    });
  });

  it('names all problems at once, and the right spelling of a misspelt field', () => {
    const config = new TelemetryConfig({
      bufferSize: 0,
      flushInterval: '5',
      storageBackend: 'file',
      bufer_size: 3,
    } as object);
    expect(() => config.validate()).toThrow(
      /unknown field "bufer_size": did you mean "bufferSize"\?.*"bufferSize" to be a positive integer, got 0 \(number\).*"flushInterval".*got "5" \(string\).*"storagePath"/s,
    );
    expect(() => new TelemetryCollector({ bufferSize: -1 })).toThrow(/bufferSize/);
  });

  it('reads RIMP_ variables, and takes an empty one for none', () => {
    const config = TelemetryConfig.fromEnv({ RIMP_ENABLED: 'no', RIMP_BUFFER_SIZE: '7', RIMP_STORAGE_PATH: '' });
    expect(config).toMatchObject({ enabled: false, bufferSize: 7, storagePath: undefined });
    expect(() => TelemetryConfig.fromEnv({ RIMP_BUFFER_SIZE: 'many' }).validate()).toThrow(/got "many" \(string\)/);
  });
});
