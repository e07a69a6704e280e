import { TraceSummaries, type TraceSummary } from '../../analysis/trace-summaries.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import { startNanosOf } from '../../model/span.js';
import type { TraceLine, Traces } from '../api-types.js';
import { sendJson } from '../http/send.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { takeLater } from './later-events.js';
import { Parameters } from './parameters.js';
import { scan } from './scan.js';
import { NANOS_OF_MILLI, ReadingEdge, TraceCursor } from './trace-cursor.js';

/** Events that are read, the latest first. */
const MAX_EVENTS = 50_000;
const ORDERS = ['latest', 'slowest', 'largest'] as const;

/** `GET api/traces`: of each trace in which an event is as the filter asks, all that is known. */
export async function traces(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const given = new Parameters(search, [...FILTER_NAMES, 'limit', 'order', 'errors', 'after']);
  const { query, matches } = filterOf(given, ['event'], new Date(context.host.clock.now()));
  const limit = given.count('limit', 200, { min: 1, max: 2_000 });
  const order = given.word('order', ORDERS) ?? 'latest';
  const onlyErrors = given.word('errors', ['only']) !== undefined;
  const afterText = given.text('after');
  const after = afterText === undefined ? undefined : TraceCursor.from(afterText);
  const found = new TraceSummaries();
  const wanted = new Set<string>();
  const edge = new ReadingEdge();
  const take = (item: TelemetryItem) => {
    if (!isEvent(item)) return;
    found.add(item);
    if (item.otel?.traceId !== undefined && matches(item)) wanted.add(item.otel.traceId);
  };
  // the other events of a trace count as well: only what is of the whole trace narrows the reading
  const read = (part: TelemetryQuery, how: 'asc' | 'desc', maxItems: number, visit: typeof take) => {
    const filter = { query: { ...wholeOf(query), ...part }, rest: undefined, matches };
    return scan({ context, filter, order: how, maxItems, signal }, visit);
  };
  const { cut } = await read(after === undefined ? {} : untilOf(query, after), 'desc', MAX_EVENTS, (item) => {
    // a trace that there was no room for is one of those that come next
    if (found.others === 0 && isEvent(item)) edge.add(startNanosOf(item));
    take(item);
  });
  const missingFrom =
    after === undefined || signal.aborted
      ? undefined
      : await takeLater({
          query,
          found,
          millis: after.millis,
          read: (part, maxItems, visit) => read(part, 'asc', maxItems, visit),
          take,
        });
  if (signal.aborted) return;
  const all = found
    .list()
    .filter((one) => wanted.has(one.traceId) && (!onlyErrors || one.errors > 0) && after?.isBefore(one) !== false);
  const listed = inOrder(all, order).slice(0, limit);
  const last = listed.at(-1);
  const isLeft = listed.length < all.length;
  const wasCut = cut || found.others > 0;
  let next: TraceCursor | undefined;
  if (order === 'latest' && isLeft && last !== undefined) next = new TraceCursor(last.startNanos, last.traceId);
  else if (wasCut) next = edge.cursor(after);
  const answer: Traces = {
    traces: listed.map((one) => lineOf(one, missingFrom)),
    found: all.length,
    cut: wasCut || isLeft,
    ...(next !== undefined && { next: next.toString() }),
  };
  sendJson(response, answer);
}

function wholeOf({ startTime, endTime, traceId, kinds }: TelemetryQuery): TelemetryQuery {
  return { startTime, endTime, traceId, kinds };
}

function untilOf({ endTime }: TelemetryQuery, { millis }: TraceCursor): TelemetryQuery {
  return { endTime: earlier(endTime, millis) };
}

function earlier(time: Date | undefined, millis: number): Date {
  return new Date(Math.min(time?.getTime() ?? Number.POSITIVE_INFINITY, millis));
}

/** @param latest - the latest first. */
function inOrder(latest: readonly TraceSummary[], order: (typeof ORDERS)[number]): readonly TraceSummary[] {
  if (order === 'latest') return latest;
  const sizeOf = ({ startNanos, endNanos, spans, others }: TraceSummary): number =>
    order === 'slowest' ? Number(endNanos - startNanos) : spans + others;
  return latest.toSorted((a, b) => sizeOf(b) - sizeOf(a));
}

/** @param missingFrom - what came later was not read; `undefined` if all was. */
function lineOf(
  { traceId, name, service, startNanos, endNanos, spans, others, errors }: TraceSummary,
  missingFrom: bigint | undefined,
): TraceLine {
  return {
    traceId,
    name,
    service: service ?? '',
    start: new Date(Number(startNanos / NANOS_OF_MILLI)).toISOString(),
    durationMillis: Number(endNanos - startNanos) / 1e6,
    spans,
    events: others,
    errors,
    ...(missingFrom !== undefined && endNanos > missingFrom && { cut: true }),
  };
}
