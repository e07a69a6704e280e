import { describe, expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';

describe('an item that somebody made by hand', () => {
  it('fails no query of an item that somebody made by hand, whatever it holds', async () => {
    const circular: Record<string, unknown> = { k: 1 };
    circular.self = circular;
    const made = (otel: unknown, metadata?: unknown) =>
      new TelemetryEvent({ source: 's', message: 'odd', otel: otel as never, metadata: metadata as never });
    const good = new TelemetryEvent({
      source: 's',
      message: 'good',
      otel: { traceId: '0af7651916cd43dd8448eb211c80319c' },
      metadata: { self: 1 },
    });
    const storage = new MemoryStorage();
    const odd = [made({ traceId: 5 }), made({ traceId: null }), made(5), made(null), made(undefined, circular)];
    await storage.store(new TelemetryData([...odd, good]));
    const messages = async (query: Parameters<MemoryStorage['retrieve']>[0]) =>
      (await storage.retrieve(query)).events.map(({ message }) => message);
    expect(await messages({ traceId: '0af7651916cd43dd8448eb211c80319c' })).toEqual(['good']);
    expect(await messages({ metadata: { self: 1 } })).toEqual(['good']);
    expect((await messages({ minSeverity: 1 })).length).toBe(6);
  });
});
