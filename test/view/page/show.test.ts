import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { previewOf } from '../../../src/view/page/events/preview.js';
import { agoOf, durationText, fromLocalInput, toLocalInput, utcOf } from '../../../src/view/page/ui/time-format.js';
import { textParts, visibleText } from '../../../src/view/page/ui/visible-text.js';

describe('a text that came from elsewhere', () => {
  it.each([
    ['user\u202Etxt.exe', 'user[U+202E]txt.exe'],
    ['\u001b[31mred', '[ESC][31mred'],
    ['zero\u200bwidth\ufeff', 'zero[U+200B]width[U+FEFF]'],
    ['a\u2066b\u2069', 'a[U+2066]b[U+2069]'],
    ['tag\u{e0041}', 'tag[U+E0041]'],
    ['nul\0 bell\u0007 cr\r', 'nul[NUL] bell[BEL] cr[CR]'],
    ['line\n\ttab', 'line\n\ttab'],
    ['é 漢字 👩‍💻', 'é 漢字 👩‍💻'],
    ['pay\u200dpal', 'pay[U+200D]pal'],
  ])('shows the characters of %j that would not show as %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('can be read back from what is shown: nothing is lost, and nothing hidden is left', () => {
    const NAMES: Readonly<Record<string, string>> = {
      NUL: '\0',
      BEL: '\u0007',
      BS: '\b',
      CR: '\r',
      ESC: '\u001b',
      DEL: '\u007f',
    };
    const character = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('\u202e', '\u2066', '\u200b', '\r'),
    );
    fc.assert(
      fc.property(fc.array(character), (characters) => {
        const text = characters.join('');
        const parts = textParts(text);
        const back = parts.map((part) =>
          part.isHidden
            ? (NAMES[part.text] ?? String.fromCodePoint(Number.parseInt(part.text.slice(2), 16)))
            : part.text,
        );
        expect(back.join('')).toBe(text);
        for (const part of parts) expect(part.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\r]/);
      }),
    );
  });
});

describe('the preview of metadata', () => {
  it('names keys within maps by their path, and shows lists as JSON', () => {
    expect(previewOf({ user: { id: 7, plan: 'pro' }, tags: ['a'], none: null })).toBe(
      'user.id=7 user.plan=pro tags=["a"] none=null',
    );
  });

  it('ends after a line, however much there is', () => {
    const metadata = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, 'x'.repeat(500)]));
    expect(previewOf(metadata).length).toBeLessThanOrEqual(240);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [0.0004, '400 ns'],
    [0.85, '850 µs'],
    [12.345, '12.3 ms'],
    [4_560, '4.56 s'],
    [125_000, '2 min 5 s'],
    [7_260_000, '2 h 1 min'],
    [-3, '-3 ms'],
  ])('writes a duration of %d ms as %s', (millis, text) => {
    expect(durationText(millis)).toBe(text);
  });

  it('writes nanoseconds if they are known, and what came if they are nonsense', () => {
    const iso = '2026-11-27T10:00:00.123Z';
    expect(utcOf(iso, '1795773600123456789')).toMatch(/\.123456789Z$/);
    expect(utcOf(iso, 'soon')).toBe(iso);
    expect(utcOf(iso)).toBe(iso);
  });

  it('writes the local time that an input takes, and reads it back', () => {
    for (const iso of ['2026-11-27T10:00:05.000Z', '2026-11-27T10:00:05.123Z', '2026-03-29T01:30:00.000Z'])
      expect(fromLocalInput(toLocalInput(iso) ?? '')).toBe(iso);
    expect(toLocalInput('90m')).toBeUndefined();
    expect([toLocalInput(''), fromLocalInput('')]).toEqual(['', '']);
  });

  it('writes roughly how long ago something was', () => {
    expect([0, 12_000, 3 * 3_600_000, 50 * 86_400_000].map(agoOf)).toEqual(['now', '12 s ago', '3 h ago', '50 d ago']);
  });
});
