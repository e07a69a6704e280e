import { describe, expect, it } from '@jest/globals';
import { PostgresStorage, shipTelemetry, startTelemetry } from 'rimp-telemetry';

/** URLs that are none: a password holds what it would have to escape, or the scheme is another one. */
const URLS = [
  'http://user:p/SECRET#x@127.0.0.1:9/',
  'http://us er:SECRET@host:bad/',
  'ftp://user:SECRET@host/?token=SECRET',
  'postgres:user:SECRET@host/db',
  'user:SECRET@host:4318',
];

const messageOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it threw nothing';
};

describe.each(URLS)('an error about %s', (url) => {
  it.each([
    ['startTelemetry', () => startTelemetry({ register: false, otlp: { endpoint: url } })],
    ['shipTelemetry', () => shipTelemetry({ files: ['/tmp/none.jsonl'], to: url })],
    ['PostgresStorage', () => new PostgresStorage(url)],
  ])('of %s names what was expected, and no password', async (who, run) => {
    const message = await messageOf(run);
    expect(message).toContain(`${who}: expected "`);
    expect(message).toContain('URL');
    expect(message).not.toContain('SECRET');
  });
});
