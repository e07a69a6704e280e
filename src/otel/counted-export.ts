import { toError } from '../model/errors.js';

/** What an exporter tells of an export: code 0 is success. */
export interface ExportResultLike {
  readonly code: number;
  readonly error?: Error;
}

/** A push exporter of either SDK, for logs or metrics. */
export interface ExporterLike<T> {
  export(items: T, done: (result: ExportResultLike) => void): void;
}

/**
 * Has somebody told of the result of each export, once, before the SDK is. The exporter is our own to change: it was
 * made for this.
 */
export function tellExports<T>(exporter: ExporterLike<T>, told: (items: T, error: Error | undefined) => void): void {
  const original = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    let over = false;
    const finish = (result: ExportResultLike): void => {
      if (over) return;
      over = true;
      told(items, result.code === 0 ? undefined : (result.error ?? new Error('the exporter gave no reason')));
      done(result);
    };
    try {
      original(items, finish);
    } catch (error) {
      finish({ code: 1, error: toError(error) });
    }
  };
}
