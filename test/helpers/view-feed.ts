import { createOtlpReceiver, TelemetryCollector } from 'rimp-telemetry';
import { closeViews, serveView } from './live-view.js';
import { post } from './otlp.js';
import { endReceivers, open } from './otlp-receiver.js';

/** A span as a test names it; times are milliseconds since the Unix epoch. */
export interface FedSpan {
  readonly name: string;
  /** 16 hex digits. */
  readonly id: string;
  readonly parent?: string;
  readonly from: number;
  readonly to: number;
  readonly service?: string;
  readonly isError?: boolean;
  /** Further fields, as OTLP in JSON has them. */
  readonly more?: object;
}

export interface FedLog {
  readonly text: string;
  readonly spanId: string;
  readonly at: number;
}

/** What sends to a live view. */
export type Feed = Awaited<ReturnType<typeof feedOf>>;

/** A live view of what applications send over OTLP; {@link endFedViews} ends it. */
export async function fedView(): Promise<{ url: string; collector: TelemetryCollector; feed: Feed }> {
  const collector = new TelemetryCollector(
    { storageBackend: 'memory', flushInterval: 0.2 },
    { includeResource: 'all' },
  );
  const { url } = await serveView({}, collector);
  return { url: `${url}/`, collector, feed: await feedOf(collector) };
}

/** For `afterEach`. */
export async function endFedViews(): Promise<void> {
  await endReceivers();
  await closeViews();
}

async function feedOf(collector: TelemetryCollector) {
  const receiver = await createOtlpReceiver({ port: 0, collector });
  open.push(receiver);
  const send = async (kind: string, body: object) => {
    const answer = await post(`${receiver.url}/v1/${kind}`, body);
    if (answer.status !== 200) throw new Error(`${kind}: ${answer.status} ${answer.text}`);
  };
  return {
    /** Spans of one trace, a request each service. */
    async spans(traceId: string, spans: readonly FedSpan[]): Promise<void> {
      const services = new Set(spans.map(({ service = 'shop' }) => service));
      await send('traces', {
        resourceSpans: [...services].map((service) => ({
          resource: resourceOf(service),
          scopeSpans: [
            {
              scope: { name: 'shop.http' },
              spans: spans.filter((span) => (span.service ?? 'shop') === service).map((span) => spanOf(traceId, span)),
            },
          ],
        })),
      });
    },
    async logs(traceId: string, logs: readonly FedLog[]): Promise<void> {
      const logRecords = logs.map(({ text, spanId, at }) => ({
        timeUnixNano: nanos(at),
        severityNumber: 13,
        body: { stringValue: text },
        traceId,
        spanId,
      }));
      await send('logs', {
        resourceLogs: [{ resource: resourceOf('shop'), scopeLogs: [{ scope: { name: 'shop.orders' }, logRecords }] }],
      });
    },
    /** Metrics as OTLP in JSON has them. */
    async metrics(...metrics: readonly object[]): Promise<void> {
      await send('metrics', {
        resourceMetrics: [{ resource: resourceOf('shop'), scopeMetrics: [{ scope: { name: 'shop' }, metrics }] }],
      });
    },
  };
}

/** Nanoseconds since the Unix epoch, as OTLP in JSON has them. */
export const nanos = (millis: number): string => String(BigInt(Math.round(millis * 1e3)) * 1_000n);

export const attributesOf = (tags: Readonly<Record<string, string>>): object[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value: { stringValue: value } }));

const resourceOf = (service: string): object => ({ attributes: attributesOf({ 'service.name': service }) });

function spanOf(traceId: string, { name, id, parent, from, to, isError = false, more = {} }: FedSpan): object {
  return {
    traceId,
    spanId: id,
    ...(parent === undefined ? {} : { parentSpanId: parent }),
    name,
    kind: 2,
    startTimeUnixNano: nanos(from),
    endTimeUnixNano: nanos(to),
    ...(isError ? { status: { code: 2, message: 'declined' } } : {}),
    ...more,
  };
}
