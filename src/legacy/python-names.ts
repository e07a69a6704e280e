import { ConfigError } from '../collector/config.js';
import { TelemetryError } from '../model/errors.js';

/** Python's spelling of each name of ours that an error may show. */
const PYTHON: Readonly<Record<string, string>> = {
  bufferSize: 'buffer_size',
  flushInterval: 'flush_interval',
  realtimeMode: 'realtime_mode',
  storageBackend: 'storage_backend',
  storagePath: 'storage_path',
  eventId: 'event_id',
  eventType: 'event_type',
  metricId: 'metric_id',
  startTime: 'start_time',
  endTime: 'end_time',
  addConsumer: 'add_consumer',
  addListener: 'add_listener',
};
const OURS = new RegExp(`\\b(?:${Object.keys(PYTHON).join('|')})\\b`, 'g');

/** Runs something of ours; its errors name fields and arguments as Python does. */
export function withPythonNames<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw inPython(error);
  }
}

/** The same for what rejects. */
export async function withPythonNamesAsync<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw inPython(error);
  }
}

/** An error whose message names fields and arguments as Python does. */
export function inPython(error: unknown): unknown {
  if (error instanceof ConfigError) {
    return new ConfigError(
      error.problems.map(({ field, message }) => ({ field: respell(field), message: respell(message) })),
    );
  }
  if (!(error instanceof TelemetryError)) return error;
  const { code, cause, message } = error;
  return new TelemetryError(code, respell(message), cause === undefined ? undefined : { cause });
}

function respell(text: string): string {
  return text.replace(OURS, (name) => PYTHON[name] ?? name);
}
