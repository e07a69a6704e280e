import { randomBytes } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { TelemetryCollector } from '../../collector/collector.js';
import type { TelemetryData } from '../../model/data.js';
import { databaseOfUrl, isSqliteName } from '../../model/database-url.js';
import type { TelemetryItem } from '../../model/item.js';
import { resolveQuery } from '../../model/query.js';
import { showUrl } from '../../model/show-url.js';
import type { OtlpReceiver } from '../../receiver/otlp-receiver.js';
import { createOtlpReceiver } from '../../setup/on-demand.js';
import { matcherOf } from '../../storage/query-match.js';
import { realPath } from '../../storage/real-path.js';
import { filterOf } from '../filter/filter.js';
import { hasColours, painter } from '../output/colours.js';
import { err } from '../output/output.js';
import { Rows } from '../output/rows.js';
import { showTimeOfDay } from '../output/show-time.js';
import { inOrder } from '../source/in-order.js';
import { UsageError } from '../values.js';
import { childEnvironment } from './child-environment.js';
import { runChild } from './child-process.js';
import type { RunValues } from './run.js';
import { RunCounts } from './run-counts.js';

const SHUTDOWN_TIMEOUT_MILLIS = 10_000;

/** Runs the program beside a receiver; resolves to the exit status. */
export async function runProgram(values: RunValues, command: readonly string[]): Promise<number> {
  const show = shownBy(values);
  const collector = collectorOf(values);
  const counts = new RunCounts(values.failOn ?? []);
  const token = randomBytes(16).toString('hex');
  const log = (message: string): void => err.message(`rimp run: ${message}`);
  diag.setLogger(
    { error: log, warn: log, info: log, debug: log, verbose: log },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  let receiver: OtlpReceiver;
  try {
    receiver = await createOtlpReceiver({ collector, port: 0, token });
  } catch (error) {
    await collector.shutdown();
    throw error;
  }
  collector.addListener((data: TelemetryData) => {
    for (const item of inOrder(data)) {
      counts.add(item);
      show(item);
    }
  });
  const ending = await runChild(command, childEnvironment(process.env, { url: receiver.url, token }, process.cwd()));
  await receiver.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
  const { complete, errors } = await collector.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
  for (const error of errors) log(error.message);
  log(`${command[0] ?? ''} ${ending.what}`);
  log(counts.summary(values.record && showUrl(values.record), receiver, collector));
  const failures = counts.failures;
  for (const failure of failures) log(failure);
  const isWhole = complete && counts.lost(collector).length === 0;
  return ending.status === 0 && (failures.length > 0 || !isWhole) ? 1 : ending.status;
}

/** What shows an item, if it is to be shown. */
function shownBy(values: RunValues): (item: TelemetryItem) => void {
  const { query, test } = filterOf(values);
  const matches = matcherOf(resolveQuery(query, 'run'));
  const paint = painter(hasColours(err.isTerminal, values.color));
  const rows = new Rows({
    paint,
    showTime: (time) => showTimeOfDay(time, values.utc === true, new Date()),
    isFull: values.full === true,
  });
  const mark = paint('dim', '│');
  if (values.quiet === true) return () => {};
  // its parts are escaped: what is left are the colours
  return (item) => {
    if (matches(item) && test(item)) err.write(`${mark} ${rows.row(item)}\n`);
  };
}

/** @throws UsageError if the file is there, and nothing says what is to become of it. */
function collectorOf({ record, append, force }: RunValues): TelemetryCollector {
  const options = { includeResource: 'all' } as const;
  if (record === undefined) return new TelemetryCollector({ storageBackend: 'memory', bufferSize: 1_000 }, options);
  const isUrl = databaseOfUrl(record) !== undefined;
  const found = isUrl ? undefined : statSync(record, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new UsageError(`expected --record to be a file, ${record} is a directory`);
  if (found !== undefined && found.size > 0 && append !== true) {
    if (force !== true) throw new UsageError(`${record} is there: --append adds to it, --force replaces it`);
    // a link stays: what it leads to is replaced
    const path = realPath(record);
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  }
  const isDatabase = isUrl || isSqliteName(record);
  return new TelemetryCollector(
    { storageBackend: isDatabase ? 'database' : 'file', storagePath: record, bufferSize: 1_000 },
    options,
  );
}
