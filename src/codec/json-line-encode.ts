import type { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import { bytesToBase64 } from './base64.js';
import { TAG_TYPES, textTagsOf } from './tag-types.js';
import { formatTimestamp } from './timestamp.js';

/**
 * An event as one line of a RIMP file, without the newline: the six fields that the Python original knows in `data`,
 * and what OpenTelemetry knows beyond in `otel`, which it ignores.
 *
 * @throws TypeError if metadata made by hand hold what JSON can't.
 */
export function encodeEvent(event: TelemetryEvent): string {
  const { otel } = event;
  const head = `{"type":"event","data":{"event_id":${quote(event.eventId)},"timestamp":"${formatTimestamp(event.timestamp, otel?.timeUnixNano)}","event_type":"${event.eventType}","source":${quote(event.source)},"message":${quote(event.message)},"metadata":${stringify(event.metadata)}}`;
  return `${head}${encodeOtel(otel)}}`;
}

/**
 * A metric as one line of a RIMP file, without the newline; its tags as text, as the original has no others, with their
 * types in `otel`.
 */
export function encodeMetric(metric: TelemetryMetric): string {
  const { otel } = metric;
  const text = metric.tags && textTagsOf(metric.tags);
  const head = `{"type":"metric","data":{"metric_id":${quote(metric.metricId)},"timestamp":"${formatTimestamp(metric.timestamp, otel?.timeUnixNano)}","name":${quote(metric.name)},"value":${encodeNumber(metric.value)},"unit":${metric.unit === undefined ? 'null' : quote(metric.unit)},"tags":${stringify(text === undefined ? metric.tags : text.tags)}}`;
  return `${head}${encodeOtel(text === undefined ? otel : { ...otel, [TAG_TYPES]: text.types })}}`;
}

// oxlint-disable-next-line no-control-regex -- these are what JSON escapes (RFC 8259, section 7)
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Text as JSON; most needs no escapes, which is quickly seen. */
function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A number as both readers take it: Python writes and reads a bare NaN, and reads 1e999 as infinity as we do. */
function encodeNumber(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '1e999' : '-1e999';
}

function encodeOtel(otel: object | undefined): string {
  if (otel === undefined) return '';
  const { timeUnixNano: _inTheTimestamp, ...rest } = otel as { timeUnixNano?: string };
  const text = stringify(rest);
  return text === '{}' ? '' : `,"otel":${text}`;
}

function stringify(value: object | undefined): string {
  return value === undefined ? 'null' : encodeMap(value);
}

/**
 * Metadata, tags or what OpenTelemetry knows as JSON; bytes as OTLP/JSON has them.
 *
 * @throws TypeError if it holds what JSON can't.
 */
export function encodeMap(value: object): string {
  return JSON.stringify(value, holdsBytes(value) ? bytesAsBase64 : undefined);
}

function bytesAsBase64(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytesValue: bytesToBase64(value) } : value;
}

/** Whether there are bytes in a map or an array. */
export function holdsBytes(value: object): boolean {
  if (value instanceof Uint8Array) return true;
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null && holdsBytes(inner)) return true;
  }
  return false;
}
