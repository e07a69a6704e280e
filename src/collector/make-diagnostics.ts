import type { Clock } from '../runtime/clock.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { hasDiag, isSilenced, warnDiag, writeStderrLine } from '../runtime/diagnostics-output.js';
import type { LossCounters, LossWatch } from './loss-watch.js';
import { loadLosses } from './on-demand.js';

/** Diagnostics of a collector: to OpenTelemetry's `diag`, and losses to standard error if `diag` has no logger. */
export function makeDiagnostics(clock: Clock, warnOnLoss: boolean, counters: () => LossCounters): Diagnostics {
  let made: LossWatch | undefined;
  const watch = (): LossWatch => {
    made ??= new (loadLosses().LossWatch)(counters);
    return made;
  };
  const isQuiet = !warnOnLoss || isSilenced(process.env);
  return new Diagnostics(clock, {
    warn: warnDiag,
    isHeard: hasDiag,
    takeLosses: (paths) => (isQuiet || paths.length === 0 ? undefined : watch().takeLosses(paths)),
    takeOthers: (reasonOf) => (isQuiet ? [] : watch().takeOthers(reasonOf)),
    alarm: writeStderrLine,
  });
}
