import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { type OwnRecord, type RecordConstructor, recordConstructor } from './record-layouts.js';
import { hasText } from './sdk-method.js';
import type { HrTime, LogRecordToEmit } from './sdk-types.js';

// What the SDK's functions do is found out by having them do it once, with stand-ins for the objects that they work on.
// Those know the few fields that are known to be read, and note what is called; if another field is read, or anything is
// different from what is known, the functions are not known.

type Emit = (record: LogRecordToEmit) => void;

/** What `Logger.emit` does, for a logger that takes everything. */
export interface EmitSteps {
  /** Makes a record such as it makes. */
  readonly Record: RecordConstructor;
  /** The record's methods that set its attributes. */
  readonly setters: Setters;
  /** The logger's `enabled` that it may have asked. */
  readonly enabled: unknown;
  /** Whether it counts the record in the SDK's own metrics. */
  readonly counts: boolean;
}

/** What the constructor of a record calls for its attributes, and somebody may put a function in front of. */
export interface Setters {
  readonly setAttribute: unknown;
  readonly setAttributes: unknown;
}

const HR_TIME: HrTime = [1_700_000_000, 5];
const BODY = 'rehearsal';

const known = new WeakMap<Emit, EmitSteps | 'unknown'>();

/** The steps of a logger's `emit`, which is rehearsed once; `undefined` if they are not those that are known. */
export function stepsOf(emit: Emit, enabled: unknown): EmitSteps | undefined {
  let steps = known.get(emit);
  if (steps === undefined) {
    steps = rehearse(emit, enabled) ?? 'unknown';
    known.set(emit, steps);
  }
  return steps === 'unknown' || steps.enabled !== enabled ? undefined : steps;
}

function rehearse(emit: Emit, enabled: unknown): EmitSteps | undefined {
  if (!hasText(emit, 'activeProcessor.onEmit(', '._makeReadonly(')) return undefined;
  const steps: string[] = [];
  const records: OwnRecord[] = [];
  const step = (name: string) => (record?: unknown) => {
    if (name === 'onEmit') records.push(record as OwnRecord);
    return steps.push(name);
  };
  const scope = { name: BODY };
  const state = {
    resource: { attributes: {} },
    logRecordLimits: { attributeCountLimit: 128, attributeValueLengthLimit: Number.POSITIVE_INFINITY },
  };
  const shared = knowingOnly({
    ...state,
    hasShutdown: false,
    processors: [knowingOnly({ enabled: step('ask') })],
    loggerMetrics: knowingOnly({ emitLog: step('count') }),
    activeProcessor: knowingOnly({ onEmit: step('onEmit') }),
  });
  const standIn = knowingOnly({
    _instrumentationScope: scope,
    instrumentationScope: scope,
    _sharedState: shared,
    _loggerConfig: knowingOnly({ enabled: true, disabled: false, minimumSeverity: 0, traceBased: false }),
    enabled,
  });
  try {
    const times = { timestamp: HR_TIME, observedTimestamp: HR_TIME };
    const severity = { severityNumber: 9, severityText: 'INFO' };
    const attributes = { number: 1, flag: true, text: BODY };
    emit.call(standIn, { ...times, ...severity, body: BODY, attributes, context: ROOT_CONTEXT });
    const [record] = records;
    const Record = record === undefined ? undefined : recordConstructor(record);
    if (record === undefined || Record === undefined) return undefined;
    const { setAttribute, setAttributes } = Record.prototype as Setters;
    if (!hasText(setAttribute, '._isLogRecordReadonly(') || !hasText(setAttributes, '.setAttribute(')) return undefined;
    const own = new Record(state, scope, HR_TIME, HR_TIME, undefined, 9, 'INFO', attributes, BODY, 3);
    own._makeReadonly();
    if (!/^(ask )?(count )?onEmit$/.test(steps.join(' ')) || !isAlike(own, record)) return undefined;
    return { Record, setters: { setAttribute, setAttributes }, enabled, counts: steps.includes('count') };
  } catch {
    return undefined;
  }
}

/** The `onEmit` of a processor. */
export type OnEmit = (record: object, context: Context) => void;

const fanOuts = new WeakMap<OnEmit, boolean>();

/** Whether the `onEmit` of what a provider calls does nothing but call that of each processor in its list. */
export function isFanOut(onEmit: OnEmit): boolean {
  let isKnown = fanOuts.get(onEmit);
  if (isKnown === undefined) {
    isKnown = rehearseFanOut(onEmit);
    fanOuts.set(onEmit, isKnown);
  }
  return isKnown;
}

function rehearseFanOut(onEmit: OnEmit): boolean {
  if (!hasText(onEmit, 'this.processors', '.onEmit(')) return false;
  const calls: unknown[] = [];
  const processor = (name: string) =>
    knowingOnly({ onEmit: (...given: readonly unknown[]) => calls.push(name, ...given) });
  const record = {};
  try {
    onEmit.call(knowingOnly({ processors: [processor('first'), processor('second')] }), record, ROOT_CONTEXT);
  } catch {
    return false;
  }
  const expected = ['first', record, ROOT_CONTEXT, 'second', record, ROOT_CONTEXT];
  return calls.length === expected.length && expected.every((value, i) => calls[i] === value);
}

/**
 * An object that throws if it is asked for a field that it has not, or is changed. What throws is its prototype: V8 would
 * compile worse code for functions that were given a Proxy once.
 */
function knowingOnly<T extends object>(fields: T): T {
  return Object.freeze(Object.assign(Object.create(NOTHING_ELSE), fields)) as T;
}

const NOTHING_ELSE = new Proxy(Object.create(null), {
  get: (_, name) => {
    throw new TypeError(`not known: ${String(name)}`);
  },
});

/** Whether a record has the fields of another, and their values. */
function isAlike(own: object, record: object): boolean {
  return Object.entries(record).every(
    ([name, value]) => JSON.stringify(value) === JSON.stringify(Reflect.get(own, name)),
  );
}
