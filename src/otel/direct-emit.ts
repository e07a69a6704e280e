import { ATTR_UID } from '../model/attribute-names.js';
import { severityNumberOf, severityTextOf } from '../model/severity.js';
import type { EventInFlight } from './event-in-flight.js';
import type { RecordState } from './record-layouts.js';
import { type EmitSteps, isFanOut, type OnEmit, type Setters, stepsOf } from './rehearsal.js';
import { methodOf } from './sdk-method.js';
import type {
  Context,
  HrTime,
  LoggerLike,
  LoggerProviderLike,
  LogRecordLike,
  LogRecordProcessorLike,
  LogRecordToEmit,
  ScopeLike,
} from './sdk-types.js';
import { hrFromMillis, hrFromTime } from './transform/hr-time.js';

// The fast way of an event to its record. Most of what `Logger.emit` costs is that the SDK looks at each attribute,
// although the facade has made them plain. So what `emit` does is done here, with a record of the SDK's own class whose
// fields are set as the SDK would set them: it is counted, given to all processors of the provider, and made read-only.
//
// It assumes, and checks at each event, that a processor of ours, with our own `enabled`, is the first of its provider,
// that the logger is the SDK's own, takes everything, and nobody has put a function of their own in front of it or of
// what sets a record's attributes, and that the limits of attributes are the defaults. What `emit` does, and what a
// record is made of, was seen at a rehearsal. If anything of it is different, and for metadata that are not flat, the
// record is emitted by `emit`, and reconciled.

const DEFAULT_COUNT_LIMIT = 128;

interface ActiveProcessor {
  readonly processors?: unknown;
  onEmit(record: object, context: Context): void;
}
/** What the loggers of a provider share: private, but the same in both generations. */
interface SharedState extends RecordState {
  readonly activeProcessor?: ActiveProcessor;
  readonly logRecordLimits?: { readonly attributeCountLimit?: unknown; readonly attributeValueLengthLimit?: unknown };
  readonly loggerMetrics?: { emitLog(): void };
  readonly hasShutdown?: unknown;
}
interface LoggerConfig {
  readonly enabled?: unknown;
  readonly disabled?: unknown;
  readonly minimumSeverity?: unknown;
  readonly traceBased?: unknown;
}
interface Private {
  readonly _sharedState?: SharedState;
}
interface PrivateLogger extends LoggerLike, Private {
  readonly _instrumentationScope?: ScopeLike;
  readonly instrumentationScope?: ScopeLike;
  readonly _loggerConfig?: LoggerConfig;
  readonly enabled?: unknown;
}

/** A logger of the SDK's whose `emit` is known. */
export interface DirectLogger {
  readonly logger: PrivateLogger;
  readonly emit: unknown;
  readonly state: SharedState;
  readonly scope: ScopeLike;
  readonly steps: EmitSteps;
  /** The `onEmit` that calls those of all processors of the provider, and does nothing else. */
  readonly fanOut: unknown;
}

/** What is known of a logger; `undefined` if it isn't the SDK's own. */
export function directLogger(given: LoggerLike, provider: LoggerProviderLike): DirectLogger | undefined {
  const logger = given as PrivateLogger;
  const state = (provider as Private)._sharedState;
  const scope = logger._instrumentationScope ?? logger.instrumentationScope;
  const emit = methodOf(logger, 'emit');
  const isOwn = typeof state === 'object' && logger._sharedState === state && scope !== undefined;
  if (!isOwn || emit === undefined || methodOf(provider, 'getLogger') === undefined) return undefined;
  const steps = stepsOf(emit as (record: LogRecordToEmit) => void, logger.enabled);
  if (steps === undefined) return undefined;
  const { activeProcessor } = state;
  const onEmit = activeProcessor === undefined ? undefined : methodOf(activeProcessor, 'onEmit');
  const fanOut = onEmit !== undefined && isFanOut(onEmit as OnEmit) ? onEmit : undefined;
  return { logger, emit, state, scope, steps, fanOut };
}

/**
 * The processor that is sure to be given every record of the logger, before all others and unlimited; `undefined` if that
 * is not known.
 */
export function firstProcessor({ logger, emit, state, steps }: DirectLogger): unknown {
  if (logger.emit !== emit || logger.enabled !== steps.enabled || state.hasShutdown === true) return undefined;
  if (logger._loggerConfig !== undefined && !takesAll(logger._loggerConfig)) return undefined;
  const { setAttribute, setAttributes } = steps.Record.prototype as Setters;
  if (setAttribute !== steps.setters.setAttribute || setAttributes !== steps.setters.setAttributes) return undefined;
  const { activeProcessor, logRecordLimits } = state;
  const list = activeProcessor?.processors;
  const isUnlimited =
    logRecordLimits?.attributeCountLimit === DEFAULT_COUNT_LIMIT &&
    logRecordLimits.attributeValueLengthLimit === Number.POSITIVE_INFINITY;
  return isUnlimited && Array.isArray(list) ? list[0] : undefined;
}

/** 2.x has `disabled`, 3.x `enabled`. */
function takesAll({ enabled, disabled, minimumSeverity, traceBased }: LoggerConfig): boolean {
  return (enabled ?? !(disabled ?? false)) === true && minimumSeverity === 0 && traceBased === false;
}

/** Makes the record of an event, and has all processors take it. */
export function emitDirectly(
  { state, scope, steps, fanOut }: DirectLogger,
  flight: EventInFlight,
  flatKeys: number,
): void {
  const attributes = flight.draft.takeAttributes();
  const event = flight.owner.complete(flight, state.resource);
  attributes[ATTR_UID] = event.eventId;
  const { span, nowMillis, context } = flight;
  const { time } = flight.draft;
  const severityNumber = severityNumberOf(event.eventType);
  const severityText = severityTextOf(event.eventType);
  const observed = hrFromMillis(nowMillis);
  const happened: HrTime = time === undefined ? [observed[0], observed[1]] : hrFromTime(time.date, time.timeUnixNano);
  const { Record } = steps;
  // one more is the id
  const record = new Record(
    state,
    scope,
    happened,
    observed,
    span,
    severityNumber,
    severityText,
    attributes,
    event.message,
    flatKeys + 1,
  );
  flight.record = record;
  if (steps.counts) state.loggerMetrics?.emitLog();
  const active = state.activeProcessor as ActiveProcessor;
  if (active.onEmit === fanOut) callEach(active.processors as readonly LogRecordProcessorLike[], record, context);
  else active.onEmit(record, context);
  record._makeReadonly();
}

function callEach(processors: readonly LogRecordProcessorLike[], record: object, context: Context): void {
  for (const processor of processors) processor.onEmit(record as LogRecordLike, context);
}
