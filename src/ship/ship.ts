import { TelemetryError, toError } from '../model/errors.js';
import { isEvent } from '../model/item.js';
import { checkOptions } from '../model/options.js';
import { showUrl } from '../model/show-url.js';
import { checkOtlpOptions } from '../otlp/config/settings.js';
import { inBackground } from '../runtime/background.js';
import { kindOfErrno } from '../storage/errno.js';
import { Checkpoint, type Delivered } from './checkpoint.js';
import { FileSource } from './file-source.js';
import type { FilesToShip } from './files-to-ship.js';
import { ItemSender } from './item-sender.js';
import { SHIP_RULES, type ShipOptions, type ShipProgress, type ShipResume, type ShipSummary } from './options.js';
import { Pages } from './pages.js';
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
  const taken = new Map<string, FilesToShip>();
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
  readonly #sender: ItemSender;
  readonly #checkpoint: Checkpoint;
  readonly #started = performance.now();
  readonly #stop = new AbortController();
  readonly #resumed: readonly ShipResume[];
  readonly #report: (what: string, error?: unknown) => void;
  #events = 0;
  #readMetrics = 0;
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
    const report = reporterOf(options);
    this.#report = report;
    this.#sender = new ItemSender(options, {
      report,
      onDenied: (reason) => this.#fail(new TelemetryError('RIMP_DENIED', `${WHO}: ${reason}`)),
    });
    // of a dry run it says what a real one would read
    const { url } = this.#sender;
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
      await this.#sender.until('empty', signal);
    } finally {
      clearInterval(timer);
      given?.removeEventListener('abort', stop);
      await this.#sender.stop();
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
      this.#count(batch);
      this.#sender.send(batch.items, () => {
        page.parts += 1;
        return done;
      });
      done();
      await this.#sender.until('room', signal);
      if (signal.aborted) return;
    }
  }

  #count({ items }: ShipBatch): void {
    for (const item of items) {
      if (isEvent(item)) this.#events += 1;
      else this.#readMetrics += 1;
    }
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
    if (settled !== this.#settled || this.#sender.queued === 0) {
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
      settled: this.#sender.settled,
      bytesRead: this.#sources.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
      totalBytes: totals.includes(undefined) ? undefined : totals.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      seconds: (performance.now() - this.#started) / 1000,
      resumed: this.#resumed,
    };
  }

  #summary(isRead: boolean): ShipSummary {
    const { logs, points, spans, folded, bytes: bytesSent, queued } = this.#sender;
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
      spans,
      folded,
      unreadable,
      unreadableFiles,
      bytesSent,
      complete: isRead && unreadableFiles.length === 0 && queued === 0,
    };
  }
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
