import type { TelemetryData } from '../model/data.js';
import { spanDurationMillis } from '../model/span.js';
import { shortDuration } from './output/figure.js';
import type { Output } from './output/output.js';
import { typeOf } from './output/rows.js';

/** Prints events and metrics, a line each: what others wrote makes no further lines, and commands no terminal. */
export function printData(output: Output, data: TelemetryData): void {
  for (const event of data.events) {
    const { timestamp, source, message, metadata } = event;
    const millis = spanDurationMillis(event);
    const took = millis === undefined ? '' : ` ${shortDuration(millis)}`;
    const rest = metadata === undefined ? '' : ` ${JSON.stringify(metadata)}`;
    output.line(`${timeOf(timestamp)} ${typeOf(event).padEnd(7)} ${source}: ${message}${took}${rest}`);
  }
  for (const { timestamp, name, value, unit, tags } of data.metrics) {
    const labels = tags === undefined ? '' : ` ${JSON.stringify(tags)}`;
    output.line(`${timeOf(timestamp)} METRIC  ${name} ${value}${unit === undefined ? '' : ` ${unit}`}${labels}`);
  }
}

function timeOf(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString();
}
