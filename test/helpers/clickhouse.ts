import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { TelemetryData, TelemetryEvent } from 'rimp-telemetry';

/** The script that serves ClickHouse's HTTP interface: named by CLICKHOUSE_SERVER, or below the user's cache; `undefined`: there is none. */
export function clickHouseScript(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return [process.env.CLICKHOUSE_SERVER ?? '', join(cache, 'rimp-test-tools', 'clickhouse', 'server.mjs')].find(
    (path) => path !== '' && existsSync(path),
  );
}

/** A running ClickHouse. */
export interface ClickHouse {
  /** `clickhouse://` URL, without a database. */
  readonly url: string;
  /** Rows of a statement. */
  rows(sql: string): Promise<readonly unknown[][]>;
  stop(): Promise<void>;
}

/**
 * Starts ClickHouse on loopback.
 *
 * @param port - default: a free one.
 * @param data - directory that outlives it; default: none does.
 */
export async function startClickHouse(port = 0, data?: string): Promise<ClickHouse> {
  const script = clickHouseScript();
  if (script === undefined) throw new Error('no ClickHouse here');
  const directory = data === undefined ? [] : ['--data', data];
  const child = spawn(process.execPath, [script, '--port', String(port), ...directory], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout });
  const [http] = (await once(lines, 'line')) as [string];
  return {
    url: http.replace('http:', 'clickhouse:'),
    async rows(sql) {
      const response = await fetch(`${http}/?default_format=JSONCompactEachRow`, { method: 'POST', body: sql });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown[]);
    },
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Tests with a ClickHouse of their own, of which each may have a database to itself; they are skipped if there is none here. */
export function describeWithClickHouse(
  name: string,
  tests: (server: Pick<ClickHouse, 'url' | 'rows'>, newDatabase: () => string) => void,
): void {
  (clickHouseScript() === undefined ? describe.skip : describe)(name, () => {
    let server: ClickHouse;
    let databases = 0;
    beforeAll(async () => {
      server = await startClickHouse();
    });
    afterAll(() => server.stop());
    const running: Pick<ClickHouse, 'url' | 'rows'> = {
      get url() {
        return server.url;
      },
      rows: (sql) => server.rows(sql),
    };
    tests(running, () => `d${databases++}`);
  });
}

/** An event that its message identifies, of the beginning of 2026. */
export function event(message: string, more: object = {}): TelemetryEvent {
  const timestamp = new Date(1_767_225_600_000);
  return new TelemetryEvent({ eventId: `id-${message}`, timestamp, source: 's', message, ...more });
}

/** Such events together. */
export function batch(...messages: string[]): TelemetryData {
  return new TelemetryData({ events: messages.map((message) => event(message)) });
}
