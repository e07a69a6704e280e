import { holdingClock, systemClock } from '../../runtime/system-clock.js';
import type { Endpoint } from '../config/endpoint.js';
import type { Serializer } from '../encode/serializer.js';
import { OtlpClient } from '../send/client.js';
import { OtlpExporter, type OtlpExporterOptions } from './otlp-exporter.js';

/**
 * An exporter from memory to an endpoint.
 *
 * @param holdsProcess - whether the process waits for what it exports.
 */
export function exporterTo<T>(
  endpoint: Endpoint,
  serializer: Serializer<T>,
  report: OtlpExporterOptions<T>['report'],
  { holdsProcess }: { readonly holdsProcess: boolean },
): OtlpExporter<T> {
  const { protocol, timeoutMillis } = endpoint;
  const client = new OtlpClient(endpoint, { holdsProcess });
  const clock = holdsProcess ? holdingClock : systemClock;
  return new OtlpExporter({ client, protocol, serializer, clock, timeoutMillis, report });
}
