import type { HrTime, ResourceLike, ScopeLike } from './sdk-types.js';

// The fields of the SDKs' records, and functions that set them in the same order. A function rather than a class, as its
// prototype is the one of the SDK's class: methods, accessors and `instanceof` are those of the SDK. Its attributes are its
// own: a processor may change its record's, a listener the event's, and neither sees the other's change.

/** What the loggers of a provider share, as far as a record has it. */
export interface RecordState {
  readonly resource?: ResourceLike;
  readonly logRecordLimits?: object;
}

/** A record of the SDK's, as far as its logger needs it. */
export interface OwnRecord {
  readonly attributes: object;
  _makeReadonly(): void;
}

/** Makes a record; its attributes are so many. */
export type RecordConstructor = { readonly prototype: object } & (new (
  state: RecordState,
  scope: ScopeLike,
  hrTime: HrTime,
  hrTimeObserved: HrTime,
  span: object | undefined,
  severityNumber: number,
  severityText: string,
  attributes: object,
  body: string,
  count: number,
) => OwnRecord);

type Fields = Record<string, unknown>;
type Fill = (this: Fields, ...parts: ConstructorParameters<RecordConstructor>) => void;

/** Of each layout the names of the fields, in order, but `_eventName`, and what makes a function of its own for a copy of the SDK. */
const LAYOUTS: readonly { readonly names: string; readonly make: (hasName: boolean) => Fill }[] = [
  {
    // from 0.221 on, and 3.x
    names:
      'resource instrumentationScope attributes _hrTime _hrTimeObserved _spanContext _severityText _severityNumber ' +
      '_body _attributesCount _droppedAttributesCount _isReadonly _logRecordLimits',
    make: () =>
      function Latest(state, scope, hrTime, observed, span, severityNumber, severityText, attributes, body, count) {
        this.resource = state.resource;
        this.instrumentationScope = scope;
        this.attributes = attributes;
        this._hrTime = hrTime;
        this._hrTimeObserved = observed;
        this._spanContext = span;
        this._severityText = severityText;
        this._severityNumber = severityNumber;
        this._body = body;
        this._eventName = undefined;
        this._attributesCount = count;
        this._droppedAttributesCount = 0;
        this._isReadonly = false;
        this._logRecordLimits = state.logRecordLimits;
      },
  },
  {
    // from 0.214 on
    names:
      'hrTime hrTimeObserved spanContext resource instrumentationScope attributes _severityText _severityNumber _body ' +
      '_attributesCount _droppedAttributesCount _isReadonly _logRecordLimits',
    make: () =>
      function Middle(state, scope, hrTime, observed, span, severityNumber, severityText, attributes, body, count) {
        fillEarly(this, hrTime, observed, span, state, scope, severityText, severityNumber, attributes, body);
        this._eventName = undefined;
        this._attributesCount = count;
        this._droppedAttributesCount = 0;
        this._isReadonly = false;
        this._logRecordLimits = state.logRecordLimits;
      },
  },
  {
    // before; the first had no name
    names:
      'hrTime hrTimeObserved spanContext resource instrumentationScope attributes _severityText _severityNumber _body ' +
      'totalAttributesCount _isReadonly _logRecordLimits',
    make: (hasName) =>
      function Early(state, scope, hrTime, observed, span, severityNumber, severityText, attributes, body, count) {
        fillEarly(this, hrTime, observed, span, state, scope, severityText, severityNumber, attributes, body);
        if (hasName) this._eventName = undefined;
        this.totalAttributesCount = count;
        this._isReadonly = false;
        this._logRecordLimits = state.logRecordLimits;
      },
  },
];

/** The first fields of the layouts before 0.221, which they have in common. */
function fillEarly(
  record: Fields,
  hrTime: HrTime,
  observed: HrTime,
  span: object | undefined,
  state: RecordState,
  scope: ScopeLike,
  severityText: string,
  severityNumber: number,
  attributes: object,
  body: string,
): void {
  record.hrTime = hrTime;
  record.hrTimeObserved = observed;
  record.spanContext = span;
  record.resource = state.resource;
  record.instrumentationScope = scope;
  record.attributes = attributes;
  record._severityText = severityText;
  record._severityNumber = severityNumber;
  record._body = body;
}

/** What makes records like one that the SDK made, with its prototype; `undefined` if its fields are not known. */
export function recordConstructor(like: object): RecordConstructor | undefined {
  const names = Object.getOwnPropertyNames(like).filter((name) => name !== '_eventName');
  const make = LAYOUTS.find((layout) => layout.names === names.join(' '))?.make;
  if (make === undefined) return undefined;
  const constructor = make(Object.hasOwn(like, '_eventName'));
  constructor.prototype = Object.getPrototypeOf(like) as object;
  return constructor as unknown as RecordConstructor;
}
