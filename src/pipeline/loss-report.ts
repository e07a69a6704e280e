/**
 * Notes an error.
 *
 * @param kind - what is shown at most once a minute.
 * @param reasons - under which items are counted as lost because of it.
 */
export type LossReport = (kind: string, what: string, error?: unknown, reasons?: readonly string[]) => void;

/** Where `health()` has the counter of what a sink or an exporter lost for a reason. */
export function lossPath(name: string, reason: string): string {
  return `${/^\w+$/.test(name) ? `sinks.${name}` : `sinks['${name}']`}.dropped.${reason}`;
}
