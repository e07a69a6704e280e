import type { TelemetryCollector } from '../collector/collector.js';
import type { PrometheusHandler } from '../prometheus/handler.js';
import type { PrometheusOptions } from '../prometheus/options.js';
import type { OtlpReceiver, OtlpReceiverOptions } from '../receiver/otlp-receiver.js';
import type { ShipOptions, ShipSummary } from '../ship/options.js';
import * as liveView from '../view/live-view.js';
import * as setUp from './set-up.js';

// what few programs need is loaded when it is called

/**
 * Receives OTLP over HTTP, in protobuf and JSON, compressed or not, and gives it to a collector: its storage, streams and
 * listeners. A request is answered when what is in it is stored. A span becomes an event with `otel.span`.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is wrong or misspelt, `RIMP_LISTEN` if the address
 * can't be listened on.
 */
export async function createOtlpReceiver(options: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const { startReceiver } = await import('../receiver/otlp-receiver.js');
  return startReceiver(options);
}

/**
 * Sends what files or a storage hold to an OTLP endpoint: with the original times, events as log records with their ids as
 * `log.record.uid`, and those with `otel.span` as spans. At least once: a checkpoint notes what was delivered, and an endpoint that is away is waited for.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is wrong or a file missing, `RIMP_MISSING_PACKAGE` if
 * OpenTelemetry's serialiser is not installed, `RIMP_DENIED` if the endpoint answers 401, 403, 404, 405 or 415: what was
 * delivered before stands in the checkpoint, the rest may be sent by the next run.
 */
export async function shipTelemetry(options: ShipOptions): Promise<ShipSummary> {
  const { runShipment } = await import('../ship/ship.js');
  return runShipment(options);
}

/**
 * A handler that shows a collector's counters, and the last values and histograms of its metrics, to Prometheus: in
 * OpenMetrics 1.0 or, for who doesn't ask for that, in the text format 0.0.4. It may be mounted in `node:http`, Express and
 * the like, at any path. Values are kept from this call on.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is wrong or misspelt.
 */
export async function createPrometheusHandler(
  collector: TelemetryCollector,
  options: PrometheusOptions = {},
): Promise<PrometheusHandler> {
  const { makeHandler } = await import('../prometheus/handler.js');
  return makeHandler(collector, options);
}

/** Loads what sets OpenTelemetry up, when that is asked for. */
export const loadSetUp = (): typeof setUp => setUp;

/** Loads the live view, likewise. */
export const loadLiveView = (): typeof liveView => liveView;
