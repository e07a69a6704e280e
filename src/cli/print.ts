import type { TelemetryData } from '../model/data.js';
import type { Output } from './output/output.js';

/** Prints events and metrics, a line each: what others wrote makes no further lines, and commands no terminal. */
export function printData(output: Output, data: TelemetryData): void {
  for (const { timestamp, eventType, source, message, metadata } of data.events) {
    const rest = metadata === undefined ? '' : ` ${JSON.stringify(metadata)}`;
    output.line(`${timeOf(timestamp)} ${eventType.toUpperCase().padEnd(7)} ${source}: ${message}${rest}`);
  }
  for (const { timestamp, name, value, unit, tags } of data.metrics) {
    const labels = tags === undefined ? '' : ` ${JSON.stringify(tags)}`;
    output.line(`${timeOf(timestamp)} METRIC  ${name} ${value}${unit === undefined ? '' : ` ${unit}`}${labels}`);
  }
}

function timeOf(time: Date): string {
  return Number.isNaN(time.getTime()) ? 'no time' : time.toISOString();
}
