import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  changed,
  conditionsIn,
  EVENT_TYPES,
  type Filter,
  TEXT_FIELDS,
  typesOf,
  whereEquals,
  withTypeSwitched,
} from '../../../src/view/page/state/filter.js';
import { hashOf, type Place, placeFrom } from '../../../src/view/page/state/route.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const filters: fc.Arbitrary<Filter> = fc
  .record(
    {
      ...Object.fromEntries(TEXT_FIELDS.map((field) => [field, text])),
      where: fc.array(
        text.filter((words) => words.trim() !== ''),
        { minLength: 1, maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  )
  .map((filter) => filter as Filter);
const places: fc.Arbitrary<Place> = fc.record({
  route: fc.oneof(
    fc.constantFrom('overview', 'events', 'traces', 'metrics').map((page) => ({ page }) as Place['route']),
    text.map((traceId) => ({ page: 'trace' as const, traceId })),
  ),
  filter: filters,
  view: fc.dictionary(fc.constantFrom('tab', 'event', 'at'), text),
});

describe('the place that the URL of the page holds', () => {
  it('comes back from its hash as it was', () => {
    fc.assert(
      fc.property(places, (place) => {
        const back = placeFrom(hashOf(place));
        expect(back.route).toEqual(place.route);
        expect(back.filter).toEqual(place.filter);
        expect({ ...back.view }).toEqual({ ...place.view });
      }),
    );
  });

  it('is the same URL for the same filter, whatever order it was made in', () => {
    const one = placeFrom('#/events?text=a&eventTypes=error&tab=patterns');
    const other = placeFrom('#/events?tab=patterns&eventTypes=error&text=a');
    expect(hashOf(one)).toBe(hashOf(other));
  });

  it.each(['', '#', '#/', '#/nonsense', '#main', '#/%E0%A4%A'])('is the overview if the hash is %j', (hash) => {
    expect(placeFrom(hash).route).toEqual({ page: 'overview' });
  });

  it('keeps a trace id that is no valid encoding as it is', () => {
    expect(placeFrom('#/trace/%E0%A4%A').route).toEqual({ page: 'trace', traceId: '%E0%A4%A' });
  });
});

describe('the filter of the page', () => {
  it('lets all event types through if it names none, or none that it knows', () => {
    expect([...typesOf({})]).toEqual(EVENT_TYPES);
    expect([...typesOf({ eventTypes: 'fatal' })]).toEqual(EVENT_TYPES);
  });

  it('switches one event type off and on again', () => {
    const without = withTypeSwitched({ text: 'a' }, 'debug');
    expect(without).toEqual({ text: 'a', eventTypes: 'info,warning,error' });
    expect(withTypeSwitched(without, 'debug')).toEqual({ text: 'a' });
  });

  it('is no filter of types any more if the last one is switched off', () => {
    expect(withTypeSwitched({ eventTypes: 'error' }, 'error')).toEqual({});
  });

  it('loses a condition that is changed to nothing, and counts those that are left', () => {
    const filter = changed({ text: 'a', where: ['x = 1', 'y = 2'] }, { text: '' });
    expect(filter).toEqual({ where: ['x = 1', 'y = 2'] });
    expect(conditionsIn(filter)).toBe(2);
  });

  it.each([
    ['metadata', 'duration_ms', 5, 'duration_ms = 5'],
    ['metadata', 'type', 'slow', 'meta.type = "slow"'],
    ['metadata', 'resource.x', true, 'meta.resource.x = true'],
    ['resource', 'service.name', 'a "b"', 'resource.service.name = "a "b""'],
    ['metadata', 'with space', 1, undefined],
    ['metadata', 'a=b', 1, undefined],
  ] as const)('writes the condition of %s %j with the value %j as %j', (place, path, value, condition) => {
    expect(whereEquals(place, path, value)).toBe(condition);
  });
});
