import { describe, expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryCollector } from 'rimp-telemetry';
import { logsRequest, post } from '../helpers/otlp.js';
import { servedReceiver } from '../helpers/served-receiver.js';

const storage = new MemoryStorage();
const collector = new TelemetryCollector({}, { storage, includeResource: 'all' });
const receiver = servedReceiver(collector);

/** Sends a request, and gives the answer with what was kept of it. */
async function sent(signal: 'logs' | 'metrics' | 'traces', body: object | string | Uint8Array) {
  await storage.clear();
  const { status, text } = await post(`${receiver.url}/v1/${signal}`, body);
  const { events, metrics } = await storage.retrieve();
  return { status, text, events, metrics };
}

const metricsRequest = (metric: object): object => ({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
const gauge = (point: object): object => metricsRequest({ name: 'm', gauge: { dataPoints: [point] } });
const histogram = (point: object): object =>
  metricsRequest({ name: 'm', histogram: { dataPoints: [{ timeUnixNano: '1', ...point }] } });

describe('a request', () => {
  it.each(['//v1/logs', '/v1/logs/', '/v1//logs'])(
    'may come to %s, of a base URL that ends with a slash',
    async (path) => {
      await storage.clear();
      const { status } = await post(receiver.url + path, logsRequest({ body: { stringValue: 'slashes' } }));
      expect([status, (await storage.retrieve()).events.length]).toEqual([200, 1]);
    },
  );

  it('may have times and integers as text and as numbers: they are exact', async () => {
    const body =
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":1544712660300000001,"attributes":[' +
      '{"key":"big","value":{"intValue":9007199254740993}},{"key":"text","value":{"intValue":"9223372036854775807"}},' +
      '{"key":"quoted","value":{"stringValue":"a: 1544712660300000001, \\" 1544712660300000001 "}},' +
      '{"key":"safe","value":{"intValue":"42"}}],"newField":{"x":1}},{"timeUnixNano":"1544712660300000002"}]}]}]}';
    const { status, events } = await sent('logs', body);
    expect(status).toBe(200);
    expect(events.map(({ otel }) => otel?.timeUnixNano)).toEqual(['1544712660300000001', '1544712660300000002']);
    expect(events[0]?.metadata).toEqual({
      big: '9007199254740993',
      text: '9223372036854775807',
      quoted: 'a: 1544712660300000001, " 1544712660300000001 ',
      safe: 42,
    });
  });

  it('may have bytes as base64 of both alphabets, and as older JavaScript exporters write them', async () => {
    const values = ['AP+/', 'AP-_', 'AP8=', 'AP8', { 0: 0, 1: 255 }];
    const attributes = values.map((bytesValue, i) => ({ key: String(i), value: { bytesValue } }));
    const { text, events } = await sent('logs', logsRequest({ attributes }));
    expect(text).toBe('{}');
    const [three, two] = [new Uint8Array([0, 255, 191]), new Uint8Array([0, 255])];
    expect(events[0]?.metadata).toEqual({ 0: three, 1: three, 2: two, 3: two, 4: two });
  });

  it('may have summaries, and points without a value', async () => {
    const time = { timeUnixNano: '1544712660000000000' };
    const metrics = [
      {
        name: 'rpc',
        unit: 's',
        summary: {
          dataPoints: [
            {
              ...time,
              count: '4',
              sum: 2.5,
              quantileValues: [
                { quantile: 0.5, value: 0.1 },
                { quantile: 1, value: 2 },
              ],
            },
          ],
        },
      },
      {
        name: 'gone',
        gauge: {
          dataPoints: [
            { ...time, flags: 1 },
            { ...time, asInt: '7' },
          ],
        },
      },
    ];
    const body = { resourceMetrics: [{ scopeMetrics: [{ scope: { name: 's' }, metrics }] }] };
    const { status, metrics: stored } = await sent('metrics', body);
    expect(status).toBe(200);
    expect(stored.map(({ name, value, tags, unit }) => ({ name, value, tags, unit }))).toEqual([
      { name: 'rpc.count', value: 4, tags: undefined, unit: '1' },
      { name: 'rpc.sum', value: 2.5, tags: undefined, unit: 's' },
      { name: 'rpc', value: 0.1, tags: { quantile: '0.5' }, unit: 's' },
      { name: 'rpc', value: 2, tags: { quantile: '1' }, unit: 's' },
      { name: 'gone', value: 7, tags: undefined, unit: undefined },
    ]);
  });

  it('is taken if it is empty, in both encodings', async () => {
    for (const signal of ['logs', 'metrics', 'traces']) {
      expect(await post(`${receiver.url}/v1/${signal}`, {})).toMatchObject({ status: 200, text: '{}' });
      const empty = await post(`${receiver.url}/v1/${signal}`, new Uint8Array());
      expect(empty).toMatchObject({ status: 200, text: '' });
      expect(empty.headers.get('content-type')).toBe('application/x-protobuf');
    }
  });
});

describe('values of JSON', () => {
  it.each([
    ['a list as a body', { body: ['x'] }],
    ['a list as a value', { attributes: [{ key: 'k', value: ['a'] }] }],
    ['a list as an attribute', { attributes: [['k', 'v']] }],
    ['a list as an arrayValue', { body: { arrayValue: [{ stringValue: 'b' }] } }],
    ['a map as a kvlistValue', { body: { kvlistValue: { a: { stringValue: 'b' } } } }],
    ['a list in a list', { body: { arrayValue: { values: [['a']] } } }],
    ['a key that is a number', { attributes: [{ key: 1, value: { stringValue: 'v' } }] }],
    ['a negative time', { timeUnixNano: '-1' }],
    ['a time beyond 64 bits', { timeUnixNano: '18446744073709551616' }],
    ['a number beyond its type', { severityNumber: 2 ** 31 }],
    ['an integer with a fraction', { attributes: [{ key: 'k', value: { intValue: '1.5' } }] }],
    ['an integer beyond 64 bits', { attributes: [{ key: 'k', value: { intValue: '9223372036854775808' } }] }],
    ['a hexadecimal number', { attributes: [{ key: 'k', value: { doubleValue: '0x1F' } }] }],
  ])('%s is refused, and named', async (_what, record) => {
    const good = { body: { stringValue: 'good' } };
    expect((await sent('logs', logsRequest(record))).status).toBe(400);
    const beside = await sent('logs', logsRequest(good, record, good));
    expect(beside).toMatchObject({ status: 200, events: [{ message: 'good' }, { message: 'good' }] });
    expect(JSON.parse(beside.text)).toEqual({
      partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringMatching(/^expected "/) },
    });
  });

  it.each([
    ['an integer with an exponent', { intValue: '1e2' }, 100],
    ['one whose fraction is nothing', { intValue: '1.50e2' }, 150],
    ['a double as text', { doubleValue: '-1.5E3' }, -1500],
    ['of two values the last', { stringValue: 'a', intValue: '2' }, 2],
    ['of two values the last, the other way', { intValue: '2', stringValue: 'a' }, 'a'],
    ['nothing beside null', { intValue: null, stringValue: 'a' }, 'a'],
  ])('%s is taken', async (_what, value, kept) => {
    const { status, events } = await sent('logs', logsRequest({ attributes: [{ key: 'k', value }] }));
    expect([status, events[0]?.metadata]).toEqual([200, { k: kept }]);
  });

  it('a key that is null is the empty one', async () => {
    const { status, events } = await sent('logs', logsRequest({ attributes: [{ key: null, value: { intValue: 1 } }] }));
    expect([status, events[0]?.metadata]).toEqual([200, { '': 1 }]);
  });

  it('names in snake_case are named to the sender, as nothing is read of them', async () => {
    const { status, text } = await sent('logs', logsRequest({ time_unix_nano: '1', body: { string_value: 'x' } }));
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        partialSuccess: {
          rejectedLogRecords: '0',
          errorMessage:
            '"time_unix_nano" was not read: in JSON, OTLP names it "timeUnixNano"; ' +
            '"string_value" was not read: in JSON, OTLP names it "stringValue"',
        },
      },
    ]);
    expect((await sent('logs', { resource_logs: [] })).text).toContain('resourceLogs');
    // so are names of early OTLP
    const early = {
      resourceLogs: [{ instrumentationLibraryLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }],
    };
    expect((await sent('logs', early)).text).toContain('OTLP names it \\"scopeLogs\\" now');
    // so are the items of another signal, which would be lost without a word
    expect((await sent('traces', logsRequest({ body: { stringValue: 'x' } }))).text).toContain(
      'it is sent to /v1/logs',
    );
    // newer versions of OTLP may have more names
    expect((await sent('logs', logsRequest({ newField: 1, body: { stringValue: 'x' } }))).text).toBe('{}');
  });
});

describe('metrics', () => {
  it('a point with two values has the last one', async () => {
    expect((await sent('metrics', gauge({ asDouble: 1.5, asInt: '2' }))).metrics[0]?.value).toBe(2);
    expect((await sent('metrics', gauge({ asInt: '2', asDouble: 1.5 }))).metrics[0]?.value).toBe(1.5);
    // asDouble 1, then asInt 2
    const point = [0x21, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x31, 2, 0, 0, 0, 0, 0, 0, 0];
    const name = [0x0a, 1, 0x6d];
    const body = Buffer.from(inside(0x0a, inside(0x12, inside(0x12, [...name, ...inside(0x2a, inside(0x0a, point))]))));
    expect((await sent('metrics', body)).metrics[0]?.value).toBe(2);
  });

  it('a time of 0 is the time of receipt', async () => {
    const before = Date.now();
    const { metrics } = await sent('metrics', gauge({ asInt: '1', timeUnixNano: '0' }));
    expect(metrics[0]?.timestamp.getTime()).toBeGreaterThanOrEqual(before);
  });

  it.each([{ count: '-1' }, { count: '1', bucketCounts: ['-1'] }, { count: '1', startTimeUnixNano: '-5' }])(
    'a point that counts less than nothing is refused: %j',
    async (point) => {
      expect((await sent('metrics', histogram(point))).status).toBe(400);
    },
  );

  it('a summary counts as the point that it is', async () => {
    const before = receiver.figures.metrics.delivered;
    const quantileValues = [{ quantile: 0.5, value: 1 }, { quantile: 1 }];
    const request = metricsRequest({ name: 's', summary: { dataPoints: [{ count: '2', sum: 3, quantileValues }] } });
    expect((await sent('metrics', request)).metrics.length).toBe(4);
    expect(receiver.figures.metrics.delivered).toBe(before + 1);
  });
});

describe('protobuf', () => {
  it('a message in several pieces is one', async () => {
    const text = (value: string): number[] => inside(0x0a, [...Buffer.from(value)]);
    const attribute = (key: string, value: string): number[] =>
      inside(0x0a, [...text(key), ...inside(0x12, text(value))]);
    const list = (value: string): number[] => inside(0x2a, inside(0x2a, inside(0x0a, text(value))));
    // a resource, a scope and a body, each in two pieces
    const resource = [...inside(0x0a, attribute('a', '1')), ...inside(0x0a, attribute('b', '2'))];
    const scope = [...inside(0x0a, text('n')), ...inside(0x0a, inside(0x12, [0x31]))];
    const record = inside(0x12, [...list('x'), ...list('y')]);
    const { status, events } = await sent(
      'logs',
      Buffer.from(inside(0x0a, [...resource, ...inside(0x12, [...scope, ...record])])),
    );
    expect(status).toBe(200);
    expect(events[0]).toMatchObject({
      source: 'n',
      message: '["x","y"]',
      otel: { scopeVersion: '1', resource: { a: '1', b: '2' } },
    });
  });

  it('an enum with a negative value keeps it', async () => {
    const severity = [0x10, ...Array<number>(9).fill(0xff), 0x01];
    const { status, events } = await sent('logs', Buffer.from(inside(0x0a, inside(0x12, inside(0x12, severity)))));
    expect([status, events[0]?.otel?.severityNumber]).toEqual([200, -1]);
  });
});

function inside(tag: number, bytes: readonly number[]): number[] {
  if (bytes.length > 127) throw new Error('expected at most 127 bytes');
  return [tag, bytes.length, ...bytes];
}
