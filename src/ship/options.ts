import type { AnyValueMap } from '../model/any-value.js';
import { ANY_OBJECT, BOOLEAN, FUNCTION, POSITIVE_NUMBER, type Rules, TEXT } from '../model/options.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { OtlpProtocol } from '../otlp/config/settings.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import type { UnreadableFile } from './source.js';

export type { UnreadableFile };

/** What is needed of an `AbortSignal`, for consumers that have neither the types of Node nor those of the DOM. */
export interface AbortSignalLike {
  /** Whether it has been aborted already. */
  readonly aborted: boolean;
  /** Calls `listener` when it is aborted. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Takes back what `addEventListener` added. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Settings of `shipTelemetry`. */
export interface ShipOptions {
  /** Files of RIMP's lines, Python's or ours, compressed or not; with the files that rotation closed. */
  readonly files?: readonly string[] | undefined;
  /** A storage, instead of or beside files. */
  readonly storage?: TelemetryStorage | undefined;
  /** Base URL of the receiver; default: what `OTEL_EXPORTER_OTLP_ENDPOINT` names, else `http://localhost:4318`. */
  readonly to?: string | undefined;
  /** Headers of each request, beside `OTEL_EXPORTER_OTLP_HEADERS`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How requests are encoded; default `'http/protobuf'`. */
  readonly protocol?: OtlpProtocol | undefined;
  /** How requests are compressed; default `'none'`. */
  readonly compression?: 'gzip' | 'none' | undefined;
  /** The longest that one request may take, in milliseconds; default 10,000. */
  readonly timeoutMillis?: number | undefined;
  /**
   * A file that says where the next run goes on; default: none. Only its user may read it; a symbolic link is not followed.
   */
  readonly checkpoint?: string | undefined;
  /** Begin anew, whatever the checkpoint says; default `false`. */
  readonly restart?: boolean | undefined;
  /** Wait for more at the end, until `signal` says that it is enough; default `false`. */
  readonly follow?: boolean | undefined;
  /** The earliest time, inclusive. */
  readonly startTime?: Date | undefined;
  /** The latest time, inclusive. */
  readonly endTime?: Date | undefined;
  /** Attributes of the resource of items that name none, such as Python's: `{ 'service.name': 'shop' }`. */
  readonly resource?: AnyValueMap | undefined;
  /** Read and count, send nothing; default `false`. */
  readonly dryRun?: boolean | undefined;
  /** Seconds without any progress after which to give up; default: never. */
  readonly giveUpAfterSeconds?: number | undefined;
  /** Ends it: what was read is not waited for; the checkpoint has what was delivered. */
  readonly signal?: AbortSignalLike | undefined;
  /** Is called when something is wrong: an endpoint that takes nothing, items that it refuses. */
  readonly onWarning?: ((what: string, error?: unknown) => void) | undefined;
  /** Is called about four times a second. */
  readonly onProgress?: ((progress: ShipProgress) => void) | undefined;
  /** `@opentelemetry/otlp-transformer`, if the application's can't be found by itself. */
  readonly otlpTransformer?: object | undefined;
}

/** How far it is. */
export interface ShipProgress {
  /** Events read. */
  readonly events: number;
  /** Metrics read. */
  readonly metrics: number;
  /** Items that were delivered, or refused for good. */
  readonly settled: number;
  /** Bytes read from files. */
  readonly bytesRead: number;
  /** Bytes of all files; absent if a storage has no such figure. */
  readonly totalBytes: number | undefined;
  /** Seconds since the start. */
  readonly seconds: number;
  /** What the checkpoint said at the beginning: what earlier runs delivered is not sent again, unless `restart` is set. */
  readonly resumed: readonly ShipResume[];
}

/** A source that was delivered in part, or as a whole, by earlier runs. */
export interface ShipResume {
  /** The file's path, or the storage's location. */
  readonly source: string;
  /** Items that were delivered, or refused for good. */
  readonly items: number;
  /** The time of the last of them; absent if there was none. */
  readonly upTo: Date | undefined;
}

/** What became of everything. */
export interface ShipSummary extends ShipProgress {
  /** The counters of log records: `accepted = delivered + queued + Σ dropped`. */
  readonly logs: LedgerFigures;
  /** The counters of metric points. */
  readonly points: LedgerFigures;
  /** The counters of spans. */
  readonly spans: LedgerFigures;
  /** `name.sum`, `.min` and `.max` of histograms, which went with their `name.count`. */
  readonly folded: number;
  /** Lines that are no items, and files that can't be read to their ends, by reason. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** The files among them: the rest was sent, the next run tries them again. */
  readonly unreadableFiles: readonly UnreadableFile[];
  /** Bytes of OTLP, before compression. */
  readonly bytesSent: number;
  /** Whether everything was read, to the end of every file, and none of it waits. */
  readonly complete: boolean;
}

/** What the options of `shipTelemetry` have to be. */
export const SHIP_RULES: Rules = {
  files: { isRight: isPaths, expected: 'a list of paths' },
  storage: ANY_OBJECT,
  to: TEXT,
  headers: ANY_OBJECT,
  protocol: TEXT,
  compression: TEXT,
  timeoutMillis: POSITIVE_NUMBER,
  checkpoint: TEXT,
  restart: BOOLEAN,
  follow: BOOLEAN,
  startTime: ANY_OBJECT,
  endTime: ANY_OBJECT,
  resource: ANY_OBJECT,
  dryRun: BOOLEAN,
  giveUpAfterSeconds: POSITIVE_NUMBER,
  signal: ANY_OBJECT,
  onWarning: FUNCTION,
  onProgress: FUNCTION,
  otlpTransformer: ANY_OBJECT,
};

function isPaths(value: unknown): boolean {
  return Array.isArray(value) && value.every((path) => typeof path === 'string' && path !== '');
}
