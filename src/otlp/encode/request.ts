import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { OtlpProtocol } from '../config/settings.js';
import type { QueueEntry } from '../queue/segment.js';

/**
 * A request as two, each with half of its log records, metrics or spans; `undefined` if there is but one.
 *
 * @returns the halves, with the number of log records, metric points or spans in each.
 */
export function split(payload: Uint8Array, protocol: OtlpProtocol): readonly [QueueEntry, QueueEntry] | undefined {
  return protocol === 'http/protobuf'
    ? halve(leavesOf(payload), joinLeaves, splitMetric)
    : halve(jsonLeavesOf(payload), joinJsonLeaves, splitJsonMetric);
}

/** As {@link split}; `undefined` also for what can't be read. */
export function splitOrNot(payload: Uint8Array, protocol: OtlpProtocol): ReturnType<typeof split> {
  try {
    return split(payload, protocol);
  } catch {
    return undefined;
  }
}

/** The log records, metric points or spans of a request; 0 if it is none. */
export function countItemsOf(payload: Uint8Array, protocol: OtlpProtocol): number {
  try {
    const leaves = protocol === 'http/protobuf' ? leavesOf(payload) : jsonLeavesOf(payload);
    return leaves.reduce((sum, { items }) => sum + items, 0);
  } catch {
    return 0;
  }
}

/** One log record, metric or span, with what is around it. */
interface Leaf<T> {
  readonly resource: T;
  readonly scope: T;
  readonly leaf: T;
  /** 1, or the points of the metric. */
  readonly items: number;
}

function halve<T>(
  leaves: readonly Leaf<T>[],
  join: (leaves: readonly Leaf<T>[]) => Uint8Array,
  splitLeaf: (leaf: Leaf<T>) => readonly Leaf<T>[],
): readonly [QueueEntry, QueueEntry] | undefined {
  const [only] = leaves;
  // a metric may have more points than fit
  const parts = only !== undefined && leaves.length === 1 ? splitLeaf(only) : leaves;
  if (parts.length < 2) return undefined;
  const entryOf = (part: readonly Leaf<T>[]): QueueEntry => ({
    payload: join(part),
    items: part.reduce((sum, { items }) => sum + items, 0),
  });
  const half = parts.length >> 1;
  return [entryOf(parts.slice(0, half)), entryOf(parts.slice(half))];
}

// in all these messages, of each signal, field 2 is the list of what is inside
const INNER = 2;
/** The fields of a Metric that hold points, which are field 1 of each of them. */
const POINTS: ReadonlySet<number> = new Set([5, 7, 9, 10, 11]);
/** The fields of a Span that hold its start and its end. */
const SPAN_TIMES: ReadonlySet<number> = new Set([7, 8]);

interface Opened {
  readonly inner: readonly Uint8Array[];
  /** All other fields. */
  readonly rest: Uint8Array;
}

function leavesOf(request: Uint8Array): Leaf<Uint8Array>[] {
  const leaves: Leaf<Uint8Array>[] = [];
  for (const resource of open(request, 1).inner) {
    const { inner: scopes, rest: around } = open(resource, INNER);
    for (const scope of scopes) {
      const { inner, rest } = open(scope, INNER);
      for (const leaf of inner) leaves.push({ resource: around, scope: rest, leaf, items: pointsOf(leaf) });
    }
  }
  return leaves;
}

function open(message: Uint8Array, field: number): Opened {
  const reader = new BinaryReader(message);
  const inner: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) {
      inner.push(reader.bytes());
    } else {
      reader.skip(wireType, number);
      rest.push(message.subarray(from, reader.pos));
    }
  }
  return { inner, rest: Buffer.concat(rest) };
}

/** The points of a metric; 1 for a log record or a span. */
function pointsOf(leaf: Uint8Array): number {
  if (!isMetric(leaf)) return 1;
  let points = 0;
  const reader = new BinaryReader(leaf);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (POINTS.has(number) && wireType === WireType.LengthDelimited) points += open(reader.bytes(), 1).inner.length;
    else reader.skip(wireType, number);
  }
  return points;
}

/** Whether it has a name, which a log record has no text for, and no start and end, which a span has. */
function isMetric(leaf: Uint8Array): boolean {
  let hasName = false;
  const reader = new BinaryReader(leaf);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1 && wireType === WireType.LengthDelimited) hasName = true;
    if (SPAN_TIMES.has(number) && wireType === WireType.Bit64) return false;
    reader.skip(wireType, number);
  }
  return hasName;
}

/** A metric as two with half of its points each; itself if it has only one, or is none. */
function splitMetric(leaf: Leaf<Uint8Array>): readonly Leaf<Uint8Array>[] {
  if (leaf.items < 2) return [leaf];
  for (const field of POINTS) {
    const { inner, rest } = open(leaf.leaf, field);
    const [data] = inner;
    if (data === undefined) continue;
    const { inner: points, rest: around } = open(data, 1);
    const half = points.length >> 1;
    return [points.slice(0, half), points.slice(half)].map((some) => {
      const writer = new BinaryWriter().raw(rest).tag(field, WireType.LengthDelimited).fork().raw(around);
      for (const point of some) writer.tag(1, WireType.LengthDelimited).bytes(point);
      return { ...leaf, leaf: writer.join().finish(), items: some.length };
    });
  }
  return [leaf];
}

function joinLeaves(leaves: readonly Leaf<Uint8Array>[]): Uint8Array {
  const writer = new BinaryWriter();
  let last: Leaf<Uint8Array> | undefined;
  for (const leaf of leaves) {
    if (last !== undefined && leaf.scope !== last.scope) writer.join();
    if (last !== undefined && leaf.resource !== last.resource) writer.join();
    if (leaf.resource !== last?.resource) writer.tag(1, WireType.LengthDelimited).fork().raw(leaf.resource);
    if (leaf.scope !== last?.scope) writer.tag(INNER, WireType.LengthDelimited).fork().raw(leaf.scope);
    writer.tag(INNER, WireType.LengthDelimited).bytes(leaf.leaf);
    last = leaf;
  }
  return writer.join().join().finish();
}

const JSON_POINTS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;

/** How the lists of resources, of scopes, and of what is in them are called. */
const JSON_NAMES = [
  ['resourceLogs', 'scopeLogs', 'logRecords'],
  ['resourceMetrics', 'scopeMetrics', 'metrics'],
  ['resourceSpans', 'scopeSpans', 'spans'],
] as const;

interface JsonMessage {
  [name: string]: unknown;
}

function jsonLeavesOf(request: Uint8Array): Leaf<JsonMessage>[] {
  const leaves: Leaf<JsonMessage>[] = [];
  const message = JSON.parse(Buffer.from(request).toString('utf8')) as JsonMessage;
  for (const resource of listOf(message, 'resourceLogs', 'resourceMetrics', 'resourceSpans')) {
    for (const scope of listOf(resource, 'scopeLogs', 'scopeMetrics', 'scopeSpans')) {
      for (const leaf of listOf(scope, 'logRecords', 'metrics', 'spans')) {
        const items = 'metrics' in scope ? jsonPointsOf(leaf) : 1;
        leaves.push({ resource, scope, leaf, items });
      }
    }
  }
  return leaves;
}

function listOf(message: JsonMessage, ...names: readonly string[]): JsonMessage[] {
  for (const name of names) if (Array.isArray(message[name])) return message[name] as JsonMessage[];
  return [];
}

function jsonPointsOf(metric: JsonMessage): number {
  let points = 0;
  for (const kind of JSON_POINTS) {
    const data = metric[kind] as JsonMessage | undefined;
    if (data !== undefined) points += listOf(data, 'dataPoints').length;
  }
  return points;
}

function splitJsonMetric(leaf: Leaf<JsonMessage>): readonly Leaf<JsonMessage>[] {
  if (leaf.items < 2) return [leaf];
  const kind = JSON_POINTS.find((name) => leaf.leaf[name] !== undefined);
  if (kind === undefined) return [leaf];
  const data = leaf.leaf[kind] as JsonMessage;
  const points = listOf(data, 'dataPoints');
  const half = points.length >> 1;
  return [points.slice(0, half), points.slice(half)].map((dataPoints) => ({
    ...leaf,
    leaf: { ...leaf.leaf, [kind]: { ...data, dataPoints } },
    items: dataPoints.length,
  }));
}

function joinJsonLeaves(leaves: readonly Leaf<JsonMessage>[]): Uint8Array {
  const first = leaves[0]?.scope ?? {};
  const [resources, scopes, inner] = JSON_NAMES.find(([, , name]) => name in first) ?? JSON_NAMES[0];
  const list: JsonMessage[] = [];
  let last: Leaf<JsonMessage> | undefined;
  let scopeList: JsonMessage[] = [];
  let leafList: JsonMessage[] = [];
  for (const leaf of leaves) {
    if (leaf.resource !== last?.resource) list.push({ ...leaf.resource, [scopes]: (scopeList = []) });
    if (leaf.scope !== last?.scope) scopeList.push({ ...leaf.scope, [inner]: (leafList = []) });
    leafList.push(leaf.leaf);
    last = leaf;
  }
  return Buffer.from(JSON.stringify({ [resources]: list }));
}
