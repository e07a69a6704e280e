import { holdingClock } from '../../runtime/system-clock.js';
import type { Endpoint } from '../config/endpoint.js';
import type { Serializer } from '../encode/serializer.js';
import { OtlpClient } from '../send/client.js';
import { OtlpExporter, type OtlpExporterOptions } from './otlp-exporter.js';

/** An exporter from memory to an endpoint. The process waits for what it exports. */
export function exporterTo<T>(
  endpoint: Endpoint,
  serializer: Serializer<T>,
  report: OtlpExporterOptions<T>['report'],
): OtlpExporter<T> {
  const { protocol, timeoutMillis } = endpoint;
  const client = new OtlpClient(endpoint, { holdsProcess: true });
  return new OtlpExporter({ client, protocol, serializer, clock: holdingClock, timeoutMillis, report });
}
