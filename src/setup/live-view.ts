import type { TelemetryCollector } from '../collector/collector.js';
import type { LiveView, LiveViewOptions } from '../view/live-view.js';
import { loadLiveView } from './on-demand.js';

export type { LiveView, LiveViewOptions };

/**
 * The live view of a collector: a page that shows what comes and what its storage holds, and the JSON API behind it, as
 * one handler of requests for Node's `http`, Express, Fastify and Hono. The application's server is the one that listens.
 *
 * ```ts
 * const view = createLiveView(collector, { path: '/telemetry' });
 * createServer((request, response) => {
 *   if (request.url?.startsWith('/telemetry')) view(request, response);
 *   else …
 * });
 * ```
 *
 * Without a `token` it answers requests from this machine alone. It ends with the collector.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong.
 */
export function createLiveView(collector: TelemetryCollector, options: LiveViewOptions = {}): LiveView {
  return loadLiveView().makeLiveView(collector, options);
}
