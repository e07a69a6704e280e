import { toError } from '../../model/errors.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import { type BatchExporter, delivered, type ExportOutcome, lost } from './batch-exporter.js';
import { isRefusal } from './refusal.js';

/** What an exporter says of an export: code 0 is success. */
interface ExportResultLike {
  readonly code: number;
  readonly error?: Error;
}

/** A push exporter of either SDK, for logs or metrics. */
export interface ExporterLike<T> {
  export(items: T, done: (result: ExportResultLike) => void): unknown;
  forceFlush?(): Promise<void>;
  shutdown?(): Promise<void>;
}

/** Settings of a {@link ForeignExporter}. */
export interface ForeignExporterOptions<T> {
  readonly exporter: ExporterLike<T>;
  /** Its timers keep the process alive while something is being exported. */
  readonly clock: Clock;
  /** The longest that one export may take. */
  readonly timeoutMillis: number;
  readonly report: (kind: string, what: string, error?: unknown) => void;
}

/** An exporter that somebody else has written, whatever it does: it throws, rejects, gives nothing or never ends. */
export class ForeignExporter<T> implements BatchExporter<T> {
  readonly #options: ForeignExporterOptions<T>;

  constructor(options: ForeignExporterOptions<T>) {
    this.#options = options;
  }

  async export(items: T, count: number): Promise<ExportOutcome> {
    const { exporter } = this.#options;
    try {
      await this.#bounded(
        'export',
        new Promise<void>((resolve, reject) => {
          const done = (result: ExportResultLike | undefined): void => {
            if (result?.code === 0) resolve();
            else reject(result?.error ?? new Error('the exporter gave no reason'));
          };
          const returned = inBackground(() => exporter.export(items, done));
          // one that is asynchronous may reject
          if (returned instanceof Promise) returned.catch(reject);
        }),
      );
      return delivered(count);
    } catch (error) {
      return lost(count, isRefusal(error) ? 'refused' : 'export_failed', toError(error));
    }
  }

  flush(): Promise<void> {
    return this.#attempt('forceFlush');
  }

  shutdown(): Promise<void> {
    return this.#attempt('shutdown');
  }

  async #attempt(what: 'forceFlush' | 'shutdown'): Promise<void> {
    try {
      const { exporter } = this.#options;
      await this.#bounded(what, Promise.resolve(inBackground(() => exporter[what]?.())));
    } catch (error) {
      this.#options.report(`otlp_${what}`, `the exporter's ${what}() failed`, error);
    }
  }

  async #bounded(what: string, work: Promise<void>): Promise<void> {
    const { clock, timeoutMillis } = this.#options;
    let cancel: (() => void) | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const error = new Error(`the exporter's ${what}() did not end within ${timeoutMillis} ms`);
      cancel = clock.after(timeoutMillis, () => reject(error));
    });
    try {
      await Promise.race([work, late]);
    } finally {
      cancel?.();
    }
  }
}
