import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createOtlpReceiver,
  type OtlpReceiver,
  type ShipOptions,
  shipTelemetry,
  TelemetryCollector,
} from 'rimp-telemetry';
import { closeSinks } from './otlp-sink.js';

export let directory: string;
export let collector: TelemetryCollector;
export let receiver: OtlpReceiver;

/** A directory, and a receiver with a collector that keeps what arrives. */
export async function beginShipment(): Promise<void> {
  directory = mkdtempSync(join(tmpdir(), 'rimp-ship-'));
  collector = new TelemetryCollector({}, { includeResource: 'all', maxEvents: 1_000_000 });
  receiver = await createOtlpReceiver({ collector, port: 0 });
}

export async function endShipment(): Promise<void> {
  await receiver.shutdown();
  await collector.shutdown();
  await closeSinks();
  rmSync(directory, { recursive: true, force: true });
}

export const PYTHON = [
  '{"type": "event", "data": {"event_id": "p1", "timestamp": "2025-01-01T10:00:00.123456", "event_type": "info", "source": "shop", "message": "h\\u00e9llo", "metadata": {"n": NaN}}}',
  '{"type": "metric", "data": {"metric_id": "p2", "timestamp": "2025-01-01T10:00:01", "name": "load", "value": 45.2, "unit": "percent", "tags": {"host": "a"}}}',
  'not a line of RIMP',
  '{"type": "event", "data": {"event_id": "p3", "timestamp": "2025-01-02T10:00:00", "event_type": "ERROR", "source": "shop", "message": "bad", "metadata": null}}',
];

export function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => {
    const id = from + i;
    return `{"type":"event","data":{"event_id":"e${id}","timestamp":"2026-01-01T00:00:00.${String(id % 1000).padStart(3, '0')}Z","event_type":"info","source":"s","message":"${id}","metadata":null}}\n`;
  }).join('');
}

export const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

export async function arrived(): Promise<string[]> {
  return (await collector.storage.retrieve()).events.map(({ eventId }) => eventId);
}

export function shipped(options: ShipOptions) {
  return shipTelemetry({ to: receiver.url, ...options });
}
