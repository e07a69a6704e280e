import { TraceSummaries, type TraceSummary } from '../../analysis/trace-summaries.js';
import { isEvent } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { TraceLine, Traces } from '../api-types.js';
import { sendJson } from '../http/send.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { Parameters } from './parameters.js';
import { scan } from './scan.js';

/** Events that are read, the latest first. */
const MAX_EVENTS = 50_000;

/** `GET api/traces`: of each trace in which an event is as the filter asks, all that is known. */
export async function traces({ host }: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const given = new Parameters(search, [...FILTER_NAMES, 'limit']);
  const { query, matches } = filterOf(given, ['event'], new Date(host.clock.now()));
  const limit = given.count('limit', 200, { min: 1, max: 2_000 });
  const found = new TraceSummaries();
  const wanted = new Set<string>();
  // the other events of a trace count as well: only what is of the whole trace narrows the reading
  const whole = { query: wholeOf(query), rest: undefined, matches };
  const { cut } = await scan({ host, filter: whole, order: 'desc', maxItems: MAX_EVENTS, signal }, (item) => {
    if (!isEvent(item)) return;
    found.add(item);
    if (item.otel?.traceId !== undefined && matches(item)) wanted.add(item.otel.traceId);
  });
  if (signal.aborted) return;
  const all = found.list().filter(({ traceId }) => wanted.has(traceId));
  const answer: Traces = {
    traces: all.slice(0, limit).map(lineOf),
    cut: cut || found.others > 0 || all.length > limit,
  };
  sendJson(response, answer);
}

function wholeOf({ startTime, endTime, traceId, kinds }: TelemetryQuery): TelemetryQuery {
  return { startTime, endTime, traceId, kinds };
}

function lineOf({ traceId, name, service, startNanos, endNanos, spans, others, errors }: TraceSummary): TraceLine {
  return {
    traceId,
    name,
    service: service ?? '',
    start: new Date(Number(startNanos / 1_000_000n)).toISOString(),
    durationMillis: Number(endNanos - startNanos) / 1e6,
    spans,
    events: others,
    errors,
  };
}
