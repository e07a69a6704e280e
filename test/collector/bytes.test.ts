import { afterAll, describe, expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryCollector } from 'rimp-telemetry';
import { attached } from '../helpers/sdk.js';

const collector = new TelemetryCollector();
afterAll(() => collector.shutdown());
const bytes = new Uint8Array([104, 105]);

describe('bytes', () => {
  it('makes base64 of bytes in messages and tags, whoever collects', () => {
    expect(collector.collectEvent('s', bytes as never)?.message).toBe('aGk=');
    expect(collector.collectEvent('s', { a: [bytes] } as never, 'info')?.message).toBe('{"a":["aGk="]}');
    expect(collector.collectMetric('m', 1, 'ms', { a: bytes, b: [bytes], c: Buffer.from('hi') })?.tags).toEqual({
      a: 'aGk=',
      b: '["aGk="]',
      c: 'aGk=',
    });
    const { collector: other, loggerProvider } = attached();
    loggerProvider.getLogger('theirs').emit({ body: bytes });
    loggerProvider.getLogger('theirs').emit({ body: { a: bytes } });
    expect(other.flush().events.map(({ message, otel }) => [message, otel?.body])).toEqual([
      ['aGk=', bytes],
      ['{"a":"aGk="}', { a: bytes }],
    ]);
  });

  it('never takes a whole map of metadata for bytes', async () => {
    const storage = new MemoryStorage();
    const own = new TelemetryCollector({}, { storage });
    const like = { bytesValue: 'aGk=' };
    class Like {
      readonly bytesValue = 'aGk=';
    }
    const json = { toJSON: () => like };
    const self = { toJSON: (): unknown => self };
    for (const metadata of [like, new Map(Object.entries(like)), new Like(), json])
      expect(own.collectEvent('s', 'm', 'info', metadata)?.metadata).toEqual(like);
    expect(own.collectEvent('s', 'm', 'info', { inner: like })?.metadata).toEqual({ inner: bytes });
    expect(own.collectEvent('s', 'm', 'info', self)?.metadata).toEqual({ value: '[Circular]' });
    expect(own.collectEvent('s', 'm', 'info', new Map([['', 1]]))?.metadata).toEqual({ '': 1 });
    expect(own.collectEvent('s', 'm', 'info', bytes)?.metadata).toEqual({ value: bytes });
    await own.shutdown();
  });
});
