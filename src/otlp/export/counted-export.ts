import { toError } from '../../model/errors.js';

/** What an exporter tells of an export: code 0 is success. */
export interface ExportResultLike {
  readonly code: number;
  readonly error?: Error;
}

/** A push exporter of either SDK, for logs or metrics. */
export interface ExporterLike<T> {
  export(items: T, done: (result: ExportResultLike) => void): void;
}

// exporters refuse what comes beside 30 exports that run; old batch processors start hundreds at once
const MAX_CONCURRENT_EXPORTS = 16;

/**
 * Has somebody told of the result of each export, once, before the SDK is; exports beyond 16 at a time wait for their
 * turn. The exporter is our own to change: it was made for this.
 */
export function tellExports<T>(exporter: ExporterLike<T>, told: (items: T, error: Error | undefined) => void): void {
  const original = exporter.export.bind(exporter);
  const waiting: (() => void)[] = [];
  let running = 0;
  exporter.export = (items, done) => {
    if (running >= MAX_CONCURRENT_EXPORTS) waiting.push(() => start(items, done));
    else start(items, done);
  };
  function start(items: T, done: (result: ExportResultLike) => void): void {
    running += 1;
    let over = false;
    const finish = (result: ExportResultLike): void => {
      if (over) return;
      over = true;
      running -= 1;
      told(items, result.code === 0 ? undefined : (result.error ?? new Error('the exporter gave no reason')));
      done(result);
      waiting.shift()?.();
    };
    try {
      original(items, finish);
    } catch (error) {
      finish({ code: 1, error: toError(error) });
    }
  }
}
