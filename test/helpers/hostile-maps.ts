import fc from 'fast-check';

/** Keys that mean something to JavaScript, to OpenTelemetry or to this library, and any others. */
const key = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toJSON',
    'hasOwnProperty',
    'error',
    'err',
    'exception',
    '\ud800',
    'otel.event.name',
    'log.record.uid',
    'rimp.source',
    'rimp.metadata',
    'otel.metric.overflow',
  ),
);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.double(), fc.boolean()) },
  { weight: 2, arbitrary: fc.constantFrom(null, undefined, -0, Number.NaN, '\udc00', 2n ** 70n, Symbol('s'), () => 1) },
  { weight: 2, arbitrary: fc.anything({ withDate: true, withMap: true, withSet: true, withTypedArray: true }) },
  { weight: 1, arbitrary: fc.constantFrom(new Error('bad'), new Error('worse', { cause: 1 })) },
);
const plain = fc.dictionary(key, value, { maxKeys: 8 }).map((map) => map as object);

const unreadable: ProxyHandler<object> = {
  ownKeys: () => {
    throw new Error('not to be read');
  },
};

/** What a call site may pass as metadata or tags: mostly plain maps, and all kinds of objects that are not. */
export const hostileMap: fc.Arbitrary<object> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
  },
  { weight: 6, arbitrary: plain },
  { weight: 1, arbitrary: plain.map((map) => ({ ...map, [Symbol('s')]: 1 })) },
  { weight: 1, arbitrary: plain.map((map) => Object.assign(Object.create({ inherited: 1 }), map) as object) },
  { weight: 1, arbitrary: plain.map((map) => Object.assign(Object.create(null), map) as object) },
  { weight: 1, arbitrary: plain.map((map) => Object.freeze(map)) },
  { weight: 1, arbitrary: plain.map((map) => new Proxy(map, {})) },
  { weight: 1, arbitrary: plain.map(throwing) },
  { weight: 1, arbitrary: plain.map((map) => new Map(Object.entries(map))) },
  { weight: 1, arbitrary: plain.map((map) => ({ ...map, toJSON: () => ({ json: 1 }) })) },
  { weight: 1, arbitrary: fc.constantFrom([1, 'a'], new Date(0), new Error('bad'), new Proxy({}, unreadable)) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 60, max: 140 }).map((size) => Object.assign({}, Array(size).fill('x')) as object),
  },
);

/** The map, with one more property that throws when it is read. */
function throwing(map: object): object {
  return Object.defineProperty({ ...map }, 'thrower', {
    enumerable: true,
    get: () => {
      throw new Error('not to be read');
    },
  });
}
