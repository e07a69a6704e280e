import type { IncomingMessage, ServerResponse } from 'node:http';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { TelemetryCollector } from '../../collector/collector.js';
import type { OtlpReceiver } from '../../receiver/otlp-receiver.js';
import { isLoopback } from '../../runtime/request-access.js';
import { createLiveView, type LiveView } from '../../setup/live-view.js';
import { createOtlpReceiver } from '../../setup/on-demand.js';
import { grouped } from '../format.js';
import { err, out } from '../output/output.js';
import { printData } from '../print.js';
import { untilSignal } from '../until-signal.js';
import { tokenOf } from '../values.js';
import { runDemo } from './demo.js';
import { collectorFor } from './kept-storage.js';
import { openAddress, printAddress } from './print-address.js';
import type { ServeValues } from './serve.js';

const SHUTDOWN_TIMEOUT_MILLIS = 10_000;
const STATUS_MILLIS = 60_000;

/** Receives, keeps and shows, until a signal; resolves to the exit status. */
export async function runReceiver(values: ServeValues): Promise<number> {
  const log = (message: string): void => err.message(`rimp serve: ${message}`);
  const logger = { error: log, warn: log, info: log, debug: log, verbose: log };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const port = values.port ?? 4318;
  const token = tokenOf(values.tokenFile);
  const collector = await collectorFor(values, (text) => err.message(`rimp serve: ${text}`));
  let receiver: OtlpReceiver;
  let address: string;
  let view: LiveView | undefined;
  try {
    // a driver that is missing, a server that is not there: better now than with the first request
    await collector.storage.retrieve({ limit: 1, order: 'desc' });
    receiver = await createOtlpReceiver({
      collector,
      port,
      host: values.host,
      allowedHosts: values.allowHost,
      token,
      view: (request: IncomingMessage, response: ServerResponse) => {
        if (view === undefined) response.writeHead(503).end();
        else view(request, response);
      },
      maxBodyBytes: values.maxBodyBytes,
    });
    address = openAddress(receiver.url);
    view = createLiveView(collector, { token, allowedHosts: values.allowHost, endpoint: address });
  } catch (error) {
    await collector.shutdown();
    throw error;
  }
  if (values.print === true) collector.addListener((data) => printData(out, data));
  const { host = 'localhost' } = values;
  const everywhere = address === receiver.url ? '' : ' and all other interfaces';
  err.line(`rimp serve: OTLP at ${address}${everywhere}, kept in ${collector.storage.location ?? 'memory'}`);
  printAddress(receiver.url, token);
  err.line(`  export OTEL_EXPORTER_OTLP_ENDPOINT=${address}`);
  if (host !== 'localhost' && !isLoopback(host) && token === undefined)
    err.line('rimp serve: warning: other machines can send to it without a token; they can read nothing');
  const status = setInterval(() => showStatus(receiver, collector), STATUS_MILLIS);
  const { signal } = untilSignal();
  if (values.demo === true) runDemo(receiver.url, token, signal);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  clearInterval(status);
  view.close();
  await receiver.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
  const { complete, errors } = await collector.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
  showStatus(receiver, collector);
  for (const error of errors) err.message(`rimp serve: ${error.message}`);
  return complete && lostBy(collector).length === 0 ? 0 : 1;
}

function showStatus({ figures }: OtlpReceiver, collector: TelemetryCollector): void {
  const { delivered, queued } = collector.health();
  const lost = lostBy(collector).map(([reason, count]) => `, ${grouped(count)} lost (${reason})`);
  const bad = Object.values(figures).reduce((sum, { dropped }) => sum + (dropped.not_readable ?? 0), 0);
  err.line(
    `rimp serve: received ${grouped(figures.logs.delivered)} log records, ` +
      `${grouped(figures.metrics.delivered)} metric points, ${grouped(figures.traces.delivered)} spans; ` +
      // a point of a histogram is several metrics: the two figures differ
      `stored ${grouped(delivered)} events and metrics, ${grouped(queued)} waiting` +
      `${bad > 0 ? `, ${grouped(bad)} not readable` : ''}${lost.join('')}` +
      `${out.dropped > 0 ? `; ${grouped(out.dropped)} printed lines that nobody read` : ''}`,
  );
}

/** What is lost; what was returned to its sender is not: it is there still. */
function lostBy(collector: TelemetryCollector): [reason: string, count: number][] {
  return Object.entries(collector.health().dropped).filter(([reason]) => reason !== 'returned');
}
