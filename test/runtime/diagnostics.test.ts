import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { TelemetryCollector } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';

const MINUTE = 60_000;
const shown: string[] = [];
let clock: ManualClock;
let fail: () => void;

beforeEach(() => {
  const warn = (text: string): number => shown.push(text);
  const logger = { error: warn, warn, info: () => {}, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  clock = new ManualClock();
  const collector = new TelemetryCollector({ bufferSize: 1_000_000 }, { clock });
  collector.addListener(() => {
    throw new Error('no');
  });
  fail = () => collector.collectEvent('a', 'b');
});

afterEach(() => {
  shown.length = 0;
  diag.disable();
});

describe('a warning of one kind', () => {
  it('is shown once a minute, with the number of those in between', () => {
    for (let second = 0; second < 120; second += 1) {
      fail();
      clock.advance(1_000);
    }
    expect(shown).toEqual([
      'rimp-telemetry: a listener failed: no',
      'rimp-telemetry: a listener failed: no (and 59 more like it since)',
    ]);
  });

  it('is not held back for the time by which the clock was set back', () => {
    fail();
    clock.set(-60 * MINUTE);
    clock.advance(MINUTE);
    fail();
    expect(shown.length).toBe(2);
  });

  it('is shown after a time that only the wall clock knows of, as that of a machine that slept', () => {
    fail();
    clock.set(10 * MINUTE);
    fail();
    clock.set(-10 * MINUTE);
    fail();
    fail();
    expect(shown.length).toBe(3);
  });

  it('comes once although the clock is corrected by seconds, over and over', () => {
    for (let i = 0; i < 50; i += 1) {
      fail();
      clock.set(i % 2 === 0 ? -5_000 : 5_000);
    }
    expect(shown.length).toBe(1);
  });

  it('is shown by a clock of the application that has no monotonic time', () => {
    let now = 0;
    const simple = { now: () => now, after: () => () => undefined };
    const collector = new TelemetryCollector({}, { clock: simple });
    collector.addListener(() => {
      throw new Error('no');
    });
    for (now = 0; now < 3 * MINUTE; now += MINUTE / 2) collector.collectEvent('a', 'b');
    expect(shown.length).toBe(3);
  });
});
