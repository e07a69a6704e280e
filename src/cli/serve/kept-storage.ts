import { TelemetryCollector } from '../../collector/collector.js';
import type { StorageOptions } from '../../collector/open-storage.js';
import { databaseOfUrl } from '../../model/database-url.js';
import { TelemetryError } from '../../model/errors.js';
import { checkSqlitePackage } from '../../storage/sqlite/packages.js';
import { checkStorage } from '../doctor/check-storage.js';
import { UsageError } from '../values.js';
import type { ServeValues } from './serve.js';

/** What the storage that nobody asked for keeps. */
const KEPT_DAYS = 7;
const KEPT_BYTES = 1024 ** 3;
const DAY_SECONDS = 24 * 60 * 60;
/** The same of files of lines. */
const KEPT_FILES = { rotation: { maxBytes: 100 * 1024 ** 2 }, compression: 'gzip', maxFiles: 10 } as const;
/** What a demonstration keeps of each kind, in memory. */
const DEMO_ITEMS = 100_000;

type Backend = NonNullable<ServeValues['backend']>;

interface Place {
  readonly backend: Backend;
  readonly path: string | undefined;
  readonly options: StorageOptions;
}

/**
 * The collector that keeps what `rimp serve` receives.
 *
 * @param note - shows a line to a person.
 * @throws UsageError if the options contradict one another, or the storage can't work.
 */
export async function collectorFor(values: ServeValues, note: (text: string) => void): Promise<TelemetryCollector> {
  const { backend, path, options } = placeOf(values, note);
  // a database is asked by the first query
  if (backend === 'file' && path?.includes('://') === false) {
    const { level, what } = await checkStorage(path, { RIMP_STORAGE_BACKEND: backend });
    if (level === 'error') throw new UsageError(what);
  }
  return new TelemetryCollector(
    { storageBackend: backend, ...(path !== undefined && { storagePath: path }), bufferSize: 1_000 },
    { includeResource: 'all', storageOptions: options },
  );
}

function placeOf(values: ServeValues, note: (text: string) => void): Place {
  const asked = values.storage ?? (process.env.RIMP_STORAGE_PATH || undefined);
  if (values.demo === true && asked === undefined && (values.backend ?? 'memory') === 'memory')
    return { backend: 'memory', path: undefined, options: { maxEvents: DEMO_ITEMS, maxMetrics: DEMO_ITEMS } };
  if (asked === undefined && values.backend === undefined) return ownPlace(values, note);
  const backend = values.backend ?? backendOf(asked as string);
  checkContradictions(values, backend);
  const path = backend === 'memory' ? undefined : (asked ?? (backend === 'file' ? 'telemetry.jsonl' : 'telemetry.db'));
  const { rotateBytes: maxBytes, keepFiles: maxFiles } = values;
  const options = {
    ...(maxBytes !== undefined && { rotation: { maxBytes }, compression: 'gzip' as const }),
    ...(maxFiles !== undefined && { retention: { maxFiles } }),
  };
  const bounds = boundsOf(values);
  return { backend, path, options: bounds === undefined ? options : { ...options, retention: bounds } };
}

/** The place that is taken if none is named: bounded, as nobody looks after it. */
function ownPlace(values: ServeValues, note: (text: string) => void): Place {
  const ofFiles = (values.rotateBytes ?? values.keepFiles) !== undefined;
  if (!ofFiles) {
    try {
      checkSqlitePackage();
      const retention = {
        maxAgeSeconds: (values.keepDays ?? KEPT_DAYS) * DAY_SECONDS,
        maxTotalBytes: values.keepBytes ?? KEPT_BYTES,
      };
      return { backend: 'database', path: 'telemetry.db', options: { retention } };
    } catch (error) {
      if (!(error instanceof TelemetryError) || error.code !== 'RIMP_MISSING_PACKAGE') throw error;
      note(`no SQLite here, so it is kept in a file: ${error.message.replace(/^\w+: /, '')}`);
    }
  }
  checkContradictions(values, 'file');
  const { rotation, compression } = KEPT_FILES;
  return {
    backend: 'file',
    path: 'telemetry.jsonl',
    options: {
      rotation: values.rotateBytes === undefined ? rotation : { maxBytes: values.rotateBytes },
      compression,
      retention: { maxFiles: values.keepFiles ?? KEPT_FILES.maxFiles },
    },
  };
}

function backendOf(path: string): Backend {
  return databaseOfUrl(path) !== undefined || /\.(?:db|sqlite3?)$/.test(path) ? 'database' : 'file';
}

function boundsOf({ keepDays, keepBytes }: ServeValues): StorageOptions['retention'] {
  if (keepDays === undefined && keepBytes === undefined) return undefined;
  return {
    ...(keepDays !== undefined && { maxAgeSeconds: keepDays * DAY_SECONDS }),
    ...(keepBytes !== undefined && { maxTotalBytes: keepBytes }),
  };
}

/** @throws UsageError if options were given that the storage has no use for. */
function checkContradictions(values: ServeValues, backend: Backend): void {
  const ofFiles = values.rotateBytes === undefined ? '--keep-files' : '--rotate-bytes';
  if (backend !== 'file' && (values.rotateBytes ?? values.keepFiles) !== undefined)
    throw new UsageError(`expected ${ofFiles} with files, got a ${backend}`);
  const ofDatabases = values.keepDays === undefined ? '--keep-bytes' : '--keep-days';
  if (backend !== 'database' && (values.keepDays ?? values.keepBytes) !== undefined)
    throw new UsageError(`expected ${ofDatabases} with a database, got --backend ${backend}`);
  if (backend === 'memory' && values.storage !== undefined)
    throw new UsageError('expected --storage or --backend memory, got both');
}
