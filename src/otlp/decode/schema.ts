/**
 * The messages of OTLP (opentelemetry-proto 1.x) as far as they are read: field numbers, names in JSON, and types.
 * `'nanos'` is a fixed64 of nanoseconds, `'hex'` the bytes of an id, `'lazy'` a message that is read later by itself.
 */
export type FieldType =
  | 'string'
  | 'bool'
  | 'double'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'uint32'
  | 'enum'
  | 'sint32'
  | 'fixed32'
  | 'nanos'
  | 'hex'
  | 'any'
  | 'attributes'
  | 'lazy'
  | Message;

/** One field of a message. */
export interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: FieldType;
  readonly isList: boolean;
  /** The other fields of its `oneof`: of them all the last one stays. */
  readonly excludes: readonly string[];
}

/** A message. */
export interface Message {
  readonly name: string;
  /** By field number. */
  readonly fields: readonly (Field | undefined)[];
  /** By the name in JSON. */
  readonly byName: ReadonlyMap<string, Field>;
}

type Fields = Readonly<
  Record<string, readonly [number: number, type: FieldType] | readonly [number, FieldType, 'list']>
>;

function message(name: string, fields: Fields, oneof: readonly string[] = []): Message {
  const byNumber: Field[] = [];
  const byName = new Map<string, Field>();
  for (const [field, [number, type, list]] of Object.entries(fields)) {
    const excludes = oneof.includes(field) ? oneof.filter((other) => other !== field) : [];
    const one: Field = { number, name: field, type, isList: list === 'list', excludes };
    byNumber[number] = one;
    byName.set(field, one);
  }
  return { name, fields: byNumber, byName };
}

const RESOURCE = message('Resource', { attributes: [1, 'attributes'] });
const SCOPE = message('InstrumentationScope', {
  name: [1, 'string'],
  version: [2, 'string'],
  attributes: [3, 'attributes'],
});

/** A request: what is inside of its scopes is left to be read one by one. */
function request(name: string, resources: string, scopes: string, inner: string): Message {
  return message(`Export${name}ServiceRequest`, {
    [resources]: [
      1,
      message(`Resource${name}`, {
        resource: [1, RESOURCE],
        [scopes]: [2, message(`Scope${name}`, { scope: [1, SCOPE], [inner]: [2, 'lazy', 'list'] }), 'list'],
      }),
      'list',
    ],
  });
}

export const LOGS_REQUEST = request('Logs', 'resourceLogs', 'scopeLogs', 'logRecords');
export const METRICS_REQUEST = request('Metrics', 'resourceMetrics', 'scopeMetrics', 'metrics');
export const TRACE_REQUEST = request('Trace', 'resourceSpans', 'scopeSpans', 'spans');

export const LOG_RECORD = message('LogRecord', {
  timeUnixNano: [1, 'nanos'],
  severityNumber: [2, 'enum'],
  severityText: [3, 'string'],
  body: [5, 'any'],
  attributes: [6, 'attributes'],
  droppedAttributesCount: [7, 'uint32'],
  flags: [8, 'fixed32'],
  traceId: [9, 'hex'],
  spanId: [10, 'hex'],
  observedTimeUnixNano: [11, 'nanos'],
  eventName: [12, 'string'],
});

export const SPAN = message('Span', {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'string'],
  parentSpanId: [4, 'hex'],
  name: [5, 'string'],
  kind: [6, 'enum'],
  startTimeUnixNano: [7, 'nanos'],
  endTimeUnixNano: [8, 'nanos'],
  attributes: [9, 'attributes'],
  droppedAttributesCount: [10, 'uint32'],
  events: [
    11,
    message('Event', {
      timeUnixNano: [1, 'nanos'],
      name: [2, 'string'],
      attributes: [3, 'attributes'],
      droppedAttributesCount: [4, 'uint32'],
    }),
    'list',
  ],
  droppedEventsCount: [12, 'uint32'],
  links: [
    13,
    message('Link', {
      traceId: [1, 'hex'],
      spanId: [2, 'hex'],
      traceState: [3, 'string'],
      attributes: [4, 'attributes'],
      droppedAttributesCount: [5, 'uint32'],
      flags: [6, 'fixed32'],
    }),
    'list',
  ],
  droppedLinksCount: [14, 'uint32'],
  status: [15, message('Status', { message: [2, 'string'], code: [3, 'enum'] })],
  flags: [16, 'fixed32'],
});

export const NUMBER_POINT = message(
  'NumberDataPoint',
  {
    startTimeUnixNano: [2, 'nanos'],
    timeUnixNano: [3, 'nanos'],
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    attributes: [7, 'attributes'],
    flags: [8, 'uint32'],
  },
  ['asDouble', 'asInt'],
);

export const HISTOGRAM_POINT = message('HistogramDataPoint', {
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'fixed64', 'list'],
  explicitBounds: [7, 'double', 'list'],
  attributes: [9, 'attributes'],
  flags: [10, 'uint32'],
  min: [11, 'double'],
  max: [12, 'double'],
});

const BUCKETS = message('Buckets', { offset: [1, 'sint32'], bucketCounts: [2, 'uint64', 'list'] });

export const EXPONENTIAL_POINT = message('ExponentialHistogramDataPoint', {
  attributes: [1, 'attributes'],
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  scale: [6, 'sint32'],
  zeroCount: [7, 'fixed64'],
  positive: [8, BUCKETS],
  negative: [9, BUCKETS],
  flags: [10, 'uint32'],
  min: [12, 'double'],
  max: [13, 'double'],
});

export const SUMMARY_POINT = message('SummaryDataPoint', {
  startTimeUnixNano: [2, 'nanos'],
  timeUnixNano: [3, 'nanos'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  quantileValues: [6, message('ValueAtQuantile', { quantile: [1, 'double'], value: [2, 'double'] }), 'list'],
  attributes: [7, 'attributes'],
  flags: [8, 'uint32'],
});

function points(name: string): Message {
  return message(name, {
    dataPoints: [1, 'lazy', 'list'],
    aggregationTemporality: [2, 'enum'],
    isMonotonic: [3, 'bool'],
  });
}

export const METRIC = message(
  'Metric',
  {
    name: [1, 'string'],
    description: [2, 'string'],
    unit: [3, 'string'],
    gauge: [5, points('Gauge')],
    sum: [7, points('Sum')],
    histogram: [9, points('Histogram')],
    exponentialHistogram: [10, points('ExponentialHistogram')],
    summary: [11, points('Summary')],
  },
  ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'],
);
