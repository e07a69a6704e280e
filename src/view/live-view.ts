import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TelemetryCollector } from '../collector/collector.js';
import { checkOptions } from '../model/options.js';
import { inBackground } from '../runtime/background.js';
import type { HttpRequest, HttpResponse } from '../runtime/http-types.js';
import { collectorHost, type ViewHost } from './host.js';
import { LIVE_VIEW_RULES, type LiveViewOptions } from './options.js';
import { View } from './view.js';

export type { LiveViewOptions };

const WHO = 'createLiveView';

/** A handler of requests, as Node's `http` and what is built on it take it. */
export interface LiveView {
  /** Takes an `IncomingMessage` and a `ServerResponse` of `node:http`. */
  (request: HttpRequest, response: HttpResponse): void;
  /** Ends all event streams, and stops to listen to the collector; later requests are answered 503. */
  close(): void;
}

/** See `createLiveView`. */
export function makeLiveView(collector: TelemetryCollector, options: LiveViewOptions): LiveView {
  checkOptions(WHO, options, LIVE_VIEW_RULES);
  return viewOf(collectorHost(collector, WHO), options);
}

/** A view of any host. */
export function viewOf(host: ViewHost, options: LiveViewOptions): LiveView {
  const view = new View(host, options);
  const handle = (of: HttpRequest, to: HttpResponse): void => {
    const { request, response } = { request: of as IncomingMessage, response: to as ServerResponse };
    // a client may go away at any time
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    inBackground(() => view.answer(request, response)).catch((error: unknown) => {
      host.report('live_view', 'answering a request failed', error);
      response.destroy();
    });
  };
  host.onEnd(() => view.close());
  return Object.assign(handle, { close: () => view.close() });
}
