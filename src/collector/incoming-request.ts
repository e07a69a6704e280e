import type { IncomingRequest } from '../otel/bridge.js';
import type { ResourcePicker } from '../otel/resource.js';
import { loadFromOtel } from '../otel/transform/on-demand.js';
import type { ReceivedRequest } from '../pipeline/received-request.js';
import { nextTurn } from '../runtime/turn.js';

/** What a request needs of the collector that it is handed to. */
export interface RequestSurroundings {
  /** Picks what goes along of the senders' resources. */
  readonly resources: ResourcePicker;
  /** The time of what has none, in milliseconds since the Unix epoch. */
  now(): number;
  isEnabled(): boolean;
  report(kind: string, what: string, error?: unknown): void;
}

/** A request as a receiver fills it: what OpenTelemetry calls its parts becomes items. */
export function incomingRequest(request: ReceivedRequest, around: RequestSurroundings): IncomingRequest {
  const { resources } = around;
  const { eventOfRecord, eventOfSpan, metricsOfData } = loadFromOtel();
  return {
    get size() {
      return request.size;
    },
    addRecord: (record) => {
      request.add(eventOfRecord(record, resources.pick(record.resource), around.now()));
    },
    addSpan: (span) => {
      request.add(eventOfSpan(span, resources.pick(span.resource), around.now()));
    },
    addMetric: (data, scope, resource) => {
      const metrics = metricsOfData(data, scope, resources.pick(resource), around.now());
      for (const metric of Array.from(metrics)) request.add(metric);
    },
    store: async (timeoutMillis) => {
      try {
        if (!around.isEnabled()) return { stored: 0, refused: {}, retry: true };
        return await request.store(timeoutMillis, nextTurn);
      } catch (error) {
        around.report('receiver', 'storing a request failed', error);
        return { stored: 0, refused: {}, retry: true };
      }
    },
  };
}
