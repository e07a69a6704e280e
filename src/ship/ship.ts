import { TelemetryError, toError } from '../model/errors.js';
import type { TelemetryEvent } from '../model/event.js';
import { isEvent } from '../model/item.js';
import type { TelemetryMetric } from '../model/metric.js';
import { checkOptions } from '../model/options.js';
import { showUrl } from '../model/show-url.js';
import { checkOtlpOptions } from '../otlp/config/settings.js';
import { pointsOfMetrics, recordsOfEvents } from '../otlp/encode/items.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import { inBackground } from '../runtime/background.js';
import { kindOfErrno } from '../storage/errno.js';
import { Checkpoint, type Delivered } from './checkpoint.js';
import { FileSource } from './file-source.js';
import { SHIP_RULES, type ShipOptions, type ShipProgress, type ShipResume, type ShipSummary } from './options.js';
import { Pages } from './pages.js';
import { SignalSender, shipEndpoint } from './signal-sender.js';
import type { ShipBatch, ShipSource } from './source.js';
import { StorageSource } from './storage-source.js';

const WHO = 'shipTelemetry';
const PROGRESS_MILLIS = 250;
const CHECKPOINT_MILLIS = 200;

/** See `shipTelemetry`. */
export async function runShipment(options: ShipOptions): Promise<ShipSummary> {
  checkOptions(WHO, options, SHIP_RULES);
  const { to, headers, protocol, compression, timeoutMillis } = options;
  checkOtlpOptions({ endpoint: to, headers, protocol, compression, timeoutMillis }, WHO);
  const taken = new Map<string, ShipSource>();
  const report = reporterOf(options);
  const sources: ShipSource[] = (options.files ?? []).map((path) => new FileSource(path, taken, report));
  if (options.storage !== undefined) sources.push(new StorageSource(options.storage));
  if (sources.length === 0)
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `${WHO}: expected "files" or a "storage", got neither`);
  const shipment = new Shipment(options, sources);
  return inBackground(() => shipment.run());
}

class Shipment {
  readonly #options: ShipOptions;
  readonly #sources: readonly ShipSource[];
  readonly #logs: SignalSender<'logs'> | undefined;
  readonly #metrics: SignalSender<'metrics'> | undefined;
  readonly #checkpoint: Checkpoint;
  readonly #started = performance.now();
  readonly #stop = new AbortController();
  readonly #isJson: boolean;
  readonly #resumed: readonly ShipResume[];
  readonly #report: (what: string, error?: unknown) => void;
  #events = 0;
  #readMetrics = 0;
  #folded = 0;
  #failure: unknown;
  /** What is not in the checkpoint yet, by source. */
  readonly #unwritten = new Map<string, Delivered>();
  #writtenAt = 0;
  #isUnwritable = false;
  #settledAt = performance.now();
  #settled = 0;

  constructor(options: ShipOptions, sources: readonly ShipSource[]) {
    this.#options = options;
    this.#sources = sources;
    const { to, headers, protocol, compression, timeoutMillis, otlpTransformer } = options;
    const otlp = { endpoint: to, headers, protocol, compression, timeoutMillis };
    const report = reporterOf(options);
    this.#report = report;
    if (options.dryRun !== true) {
      const onDenied = (reason: string): void => this.#fail(new TelemetryError('RIMP_DENIED', `${WHO}: ${reason}`));
      this.#logs = new SignalSender('logs', otlp, otlpTransformer, report, onDenied);
      this.#metrics = new SignalSender('metrics', otlp, otlpTransformer, report, onDenied);
    }
    this.#isJson = this.#metrics?.protocol === 'http/json';
    // of a dry run it says what a real one would read
    const url = this.#logs?.url ?? shipEndpoint('logs', otlp).url;
    this.#checkpoint = new Checkpoint(options.checkpoint ?? '', url, options.restart === true, options.dryRun === true);
    const { other, isOld } = this.#checkpoint;
    if (other !== undefined)
      report(`the checkpoint ${options.checkpoint} is of ${other}: all is sent to ${showUrl(url)}`);
    if (isOld) report(`the checkpoint ${options.checkpoint} is of an earlier version: all is sent`);
    this.#resumed = sources.flatMap(({ name }) => resumeOf(name, this.#checkpoint.of(name)));
  }

  async run(): Promise<ShipSummary> {
    const { signal } = this.#stop;
    const given = this.#options.signal;
    const stop = (): void => this.#stop.abort();
    given?.addEventListener('abort', stop);
    if (given?.aborted === true) stop();
    const timer = setInterval(() => this.#tick(), PROGRESS_MILLIS);
    let isRead = false;
    try {
      // what never ends is read side by side
      const ship = (source: ShipSource): Promise<void> =>
        this.#ship(source, signal).catch((error: unknown) => this.#fail(error));
      if (this.#options.follow === true) await Promise.all(this.#sources.map(ship));
      else for (const source of this.#sources) await ship(source);
      isRead = !signal.aborted;
      await this.#logs?.until('empty', signal);
      await this.#metrics?.until('empty', signal);
    } finally {
      clearInterval(timer);
      given?.removeEventListener('abort', stop);
      await this.#logs?.stop();
      await this.#metrics?.stop();
      this.#writeCheckpoint(0);
    }
    if (this.#failure !== undefined) throw this.#failure;
    this.#show(this.#progress());
    return this.#summary(isRead);
  }

  async #ship(source: ShipSource, signal: AbortSignal): Promise<void> {
    const { startTime, endTime, follow = false } = this.#options;
    const pages = new Pages(this.#checkpoint.of(source.name));
    const { cursor } = pages.delivered;
    for await (const batch of source.batches({ cursor, startTime, endTime, follow, signal })) {
      const page = pages.open(batch);
      const done = (): void => {
        if (!page.close()) return;
        this.#unwritten.set(source.name, pages.delivered);
        this.#writeCheckpoint(CHECKPOINT_MILLIS);
      };
      this.#send(batch, () => {
        page.parts += 1;
        return done;
      });
      done();
      await this.#logs?.until('room', signal);
      await this.#metrics?.until('room', signal);
      if (signal.aborted) return;
    }
  }

  /** Hands a batch over; `part` gives what is to be called when one of its parts is done with. */
  #send({ items }: ShipBatch, part: () => () => void): void {
    const events: TelemetryEvent[] = [];
    const metrics: TelemetryMetric[] = [];
    for (const item of items) {
      if (isEvent(item)) events.push(item);
      else metrics.push(item);
    }
    this.#events += events.length;
    this.#readMetrics += metrics.length;
    if (events.length > 0) {
      const records = recordsOfEvents(events, this.#options.resource);
      this.#logs?.push(records, records.length, part());
    }
    // JSON has no such numbers, and OpenTelemetry's serialiser makes null of them
    const sendable = this.#isJson ? metrics.filter(({ value }) => Number.isFinite(value)) : metrics;
    this.#metrics?.refuse('not_finite', metrics.length - sendable.length);
    const { requests, folded } = pointsOfMetrics(sendable, this.#options.resource);
    this.#folded += folded;
    for (const { data, points } of requests) this.#metrics?.push(data, points, part());
  }

  /**
   * Writes what is to be noted, unless that was done less than so many milliseconds ago. An error that may pass ends the
   * shipment only at its end: until then it is tried again.
   */
  #writeCheckpoint(everyMillis: number): void {
    const now = performance.now();
    if (this.#unwritten.size === 0 || now - this.#writtenAt < everyMillis) return;
    this.#writtenAt = now;
    try {
      this.#checkpoint.write(this.#unwritten);
      this.#unwritten.clear();
      this.#isUnwritable = false;
    } catch (error) {
      if (everyMillis === 0 || kindOfErrno(toError(error).cause) === 'storage') {
        this.#fail(error);
        return;
      }
      if (!this.#isUnwritable) this.#report(`the checkpoint can't be written, it is tried again`, error);
      this.#isUnwritable = true;
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#stop.abort();
  }

  #tick(): void {
    this.#writeCheckpoint(CHECKPOINT_MILLIS);
    const now = performance.now();
    const progress = this.#progress();
    const { settled } = progress;
    const giveUp = this.#options.giveUpAfterSeconds;
    const waits = (this.#logs?.figures.queued ?? 0) + (this.#metrics?.figures.queued ?? 0) > 0;
    if (settled !== this.#settled || !waits) {
      this.#settled = settled;
      this.#settledAt = now;
    } else if (giveUp !== undefined && now - this.#settledAt > giveUp * 1000) {
      this.#report(`nothing was delivered for ${giveUp} s: giving up`);
      this.#stop.abort();
    }
    this.#show(progress);
  }

  /** What the application does with it is its own: an error of it must not end the process from a timer. */
  #show(progress: ShipProgress): void {
    try {
      this.#options.onProgress?.(progress);
    } catch {
      // as said
    }
  }

  #progress(): ShipProgress {
    const totals = this.#sources.map(({ totalBytes }) => totalBytes);
    return {
      events: this.#events,
      metrics: this.#readMetrics,
      settled: settledOf(this.#logs?.figures) + settledOf(this.#metrics?.figures) + this.#folded,
      bytesRead: this.#sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
      totalBytes: totals.includes(undefined) ? undefined : totals.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      seconds: (performance.now() - this.#started) / 1000,
      resumed: this.#resumed,
    };
  }

  #summary(isRead: boolean): ShipSummary {
    const nothing: LedgerFigures = { accepted: 0, delivered: 0, queued: 0, dropped: {} };
    const logs = this.#logs?.figures ?? nothing;
    const points = this.#metrics?.figures ?? nothing;
    const unreadable: Record<string, number> = {};
    const unreadableFiles = this.#sources.flatMap((source) => source.unreadableFiles);
    for (const source of this.#sources) {
      for (const [reason, count] of Object.entries(source.unreadable))
        unreadable[reason] = (unreadable[reason] ?? 0) + count;
    }
    return {
      ...this.#progress(),
      logs,
      points,
      folded: this.#folded,
      unreadable,
      unreadableFiles,
      bytesSent: (this.#logs?.bytes ?? 0) + (this.#metrics?.bytes ?? 0),
      complete: isRead && unreadableFiles.length === 0 && logs.queued === 0 && points.queued === 0,
    };
  }
}

function settledOf(figures: LedgerFigures | undefined): number {
  return figures === undefined ? 0 : figures.accepted - figures.queued;
}

function resumeOf(source: string, delivered: Delivered | undefined): ShipResume[] {
  if (delivered === undefined) return [];
  const { items, upTo } = delivered;
  return [{ source, items, upTo: upTo === undefined ? undefined : new Date(upTo) }];
}

/** What calls the application's own function, whose errors are its own. */
function reporterOf({ onWarning }: ShipOptions): (what: string, error?: unknown) => void {
  return (what, error) => {
    try {
      onWarning?.(what, error);
    } catch {
      // as said
    }
  };
}
