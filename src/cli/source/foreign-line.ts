import { parseTimestamp } from '../../codec/timestamp.js';
import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../../model/any-value.js';
import { TelemetryEvent } from '../../model/event.js';
import { EventType, eventTypeFromWord } from '../../model/event-type.js';
import { eventTypeOf, severityNumberOf } from '../../model/severity.js';

const TIMES = ['time', 'timestamp', '@timestamp', 'ts'];
const MESSAGES = ['msg', 'message', 'event'];
const SOURCES = ['name', 'service', 'logger', 'label', 'component'];
/** What is known of the process, not of the event. */
const RESOURCE: ReadonlyMap<string, string> = new Map([
  ['pid', 'process.pid'],
  ['hostname', 'host.name'],
]);
/** Below this a number counts seconds since the Unix epoch, not milliseconds. */
const SECONDS_BELOW = 1e11;

/**
 * The event of a JSON line of pino, bunyan, winston and their like: a level, a message and more; `undefined` if the
 * object is none.
 */
export function foreignEvent(line: AnyValueMap, now: Date): TelemetryEvent | undefined {
  const messageKey = MESSAGES.find((key) => typeof line[key] === 'string');
  const level = levelOf(line.level ?? line.severity);
  if (messageKey === undefined && level === undefined) return undefined;
  const timeKey = TIMES.find((key) => timeOf(line[key]) !== undefined);
  const sourceKey = SOURCES.find((key) => typeof line[key] === 'string');
  const used = new Set([messageKey, timeKey, sourceKey, 'level', 'severity', 'v']);
  const metadata: Record<string, AnyValue> = {};
  const resource: Record<string, AnyValue> = {};
  for (const [key, value] of Object.entries(line)) {
    const known = RESOURCE.get(key);
    if (known !== undefined) resource[known] = value;
    else if (!used.has(key)) metadata[key] = value;
  }
  const { eventType, severityNumber } = level ?? { eventType: EventType.INFO, severityNumber: undefined };
  const isOwn = severityNumber === undefined || severityNumber === severityNumberOf(eventType);
  return new TelemetryEvent({
    timestamp: (timeKey === undefined ? undefined : timeOf(line[timeKey])) ?? now,
    eventType,
    source: sourceKey === undefined ? '-' : (line[sourceKey] as string),
    message: messageKey === undefined ? '' : (line[messageKey] as string),
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    otel: {
      ...(!isOwn && { severityNumber }),
      ...(Object.keys(resource).length > 0 && { resource }),
    },
  });
}

interface Level {
  readonly eventType: EventType;
  readonly severityNumber: number | undefined;
}

/** pino and bunyan count from 10 (trace) to 60 (fatal), others have words. */
function levelOf(level: AnyValue | undefined): Level | undefined {
  if (typeof level === 'number') {
    const severityNumber = Math.min(24, Math.max(1, Math.floor((level - 10) / 10) * 4 + 1));
    return { eventType: eventTypeOf(severityNumber) ?? EventType.INFO, severityNumber };
  }
  const eventType = eventTypeFromWord(level);
  return eventType === undefined ? undefined : { eventType, severityNumber: undefined };
}

function timeOf(value: AnyValue | undefined): Date | undefined {
  if (typeof value === 'number') {
    const date = new Date(value < SECONDS_BELOW ? value * 1_000 : value);
    return Number.isNaN(date.getTime()) ? undefined : date;
  }
  return typeof value === 'string' ? parseTimestamp(value)?.date : undefined;
}

/** A line of JSON as an object; `undefined` if it is none. */
export function jsonObject(text: string): AnyValueMap | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isAnyValueMap(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
