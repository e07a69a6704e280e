import * as prometheus from '../prometheus/handler.js';
import type { OtlpReceiver, OtlpReceiverOptions } from '../receiver/otlp-receiver.js';
import type { ShipOptions, ShipSummary } from '../ship/options.js';
import * as liveView from '../view/live-view.js';
import * as setUp from './set-up.js';

// what few programs need is loaded when it is called

/** Senders come and go: after this a series that got nothing is no longer shown to Prometheus. */
const EXPIRE_MILLIS = 300_000;

/**
 * Receives OTLP over HTTP, in protobuf and JSON, compressed or not, and gives it to a collector: its storage, streams and
 * listeners. A request is answered when what is in it is stored. A span becomes an event with `otel.span`. `GET /metrics`
 * is answered as `createPrometheusHandler` does; a series that got nothing for five minutes is left out.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is wrong or misspelt, `RIMP_LISTEN` if the address
 * can't be listened on.
 */
export async function createOtlpReceiver(options: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const { startReceiver } = await import('../receiver/otlp-receiver.js');
  return startReceiver(options, ({ collector, token, allowedHosts }) => {
    const { makePrometheusHandler } = loadPrometheus();
    return makePrometheusHandler(collector, { token, allowedHosts, expireAfterMillis: EXPIRE_MILLIS });
  });
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

/** Loads what sets OpenTelemetry up, when that is asked for. */
export const loadSetUp = (): typeof setUp => setUp;

/** Loads the live view, likewise. */
export const loadLiveView = (): typeof liveView => liveView;

/** Loads what Prometheus scrapes, likewise. */
export const loadPrometheus = (): typeof prometheus => prometheus;
