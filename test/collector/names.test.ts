import { describe, expect, it } from '@jest/globals';
import { TelemetryCollector, TelemetryConfig, TelemetryStream } from 'rimp-telemetry';

describe('a name in the wrong place', () => {
  it('is shown where it belongs: options among the fields, and fields among the options', () => {
    expect(() => new TelemetryCollector({ maxEvents: 5 } as object)).toThrow(
      /unknown field "maxEvents": it is an option of the collector: give it in the second argument/,
    );
    expect(() => new TelemetryConfig({ clock: {} } as object).validate()).toThrow(
      /"clock": it is an option of the collector/,
    );
    for (const field of ['enabled', 'bufferSize', 'flushInterval', 'realtimeMode', 'storageBackend', 'storagePath'])
      expect(() => new TelemetryCollector({}, { [field]: 1 })).toThrow(
        new RegExp(`unknown option "${field}": it is a field of the configuration: give it in the first argument`),
      );
    expect(() => new TelemetryCollector({}, { maxEvent: 1 } as object)).toThrow(/did you mean "maxEvents"/);
    expect(() => new TelemetryCollector({ bufersize: 1 } as object)).toThrow(/did you mean "bufferSize"/);
  });
});

describe('the options of a stream', () => {
  const collector = new TelemetryCollector();
  it.each([
    [{ collector, intervall: 5 }, /unknown option "intervall": did you mean "interval"\?/],
    [{ collector, interval: 0 }, /"interval" to be a positive number of seconds.*got 0/],
    [{ collector, interval: '5' }, /"interval" to be a positive number of seconds.*got "5"/],
    [{ collector, storage: {} }, /"storage" to be a storage with store\(\), got an object/],
    [{ collector: {} }, /"collector" to be a TelemetryCollector, got an object/],
    [{}, /"collector" to be a TelemetryCollector, got undefined/],
    [undefined, /expected "options" to be an object, got undefined/],
    [5, /expected "options" to be an object, got 5/],
  ])('%#: are refused', (options, message) => {
    expect(() => new TelemetryStream(options as never)).toThrow(message);
  });

  it('are refused by position as well; null is the default', () => {
    expect(() => new TelemetryStream(collector, 5 as never)).toThrow(/"storage" to be a storage/);
    expect(() => new TelemetryStream(collector, null, -1)).toThrow(/"interval" to be a positive number/);
    expect(new TelemetryStream(collector, null).isRunning).toBe(false);
    expect(new TelemetryStream({ collector, storage: null, interval: null } as never).isRunning).toBe(false);
  });
});
