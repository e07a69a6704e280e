/**
 * Texts that break programs which take text for something else: made by kind, each a few of many. The kinds are those
 * of the lists of "naughty strings" that testers keep; the texts are this project's own.
 */
export const unlikelyTexts: readonly string[] = [
  // empty and blank
  ['', ' ', '\t', '\n', '\r\n', '\u00a0', '\u2003', '\u3000', '\u180e', '   leading and trailing   '],
  // what programs take for no value or for a constant
  ['undefined', 'null', 'NULL', 'None', 'nil', 'NaN', 'Infinity', '-Infinity', 'true', 'False', '[object Object]'],
  // names of what objects have by birth
  ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'toJSON', 'then', 'length', 'valueOf'],
  // numbers, and what looks like one
  ['0', '-0', '00', '1.', '.1', '1e400', '-1e999', '0x1F', '0b1', '1_000', '1,000', '９', '١٢٣', '9'.repeat(40), '²'],
  // punctuation, escapes and quotes
  [
    '\\',
    '\\\\',
    '\\n',
    '\\u0041',
    '"',
    "'",
    '`',
    '""',
    '\\"',
    '"},"otel":{',
    '}}',
    '{"bytesValue":"aGk="}',
    '/*',
    '--',
  ],
  ['!@#$%^&*()', '<>?:"{}|_+', ",./;'[]\\-=", '%s%d%n%x', '%00', '${1+1}', '{{7*7}}', '#{1}', '$(id)', '`id`', '$1'],
  // control characters, and what ends lines
  [
    '\0',
    'a\0b',
    '\u0001\u0002\u0003\u001f',
    '\u007f',
    '\u0080\u0085\u009f',
    '\u2028',
    '\u2029',
    '\u000b\u000c',
    '\u001b[31mred',
  ],
  // Unicode: composed, wide, joined, reversed, invisible, the end of planes
  ['Ω≈ç√∫', 'é', 'e\u0301', 'ﬁ', 'ß', 'İı', '田中さん', '社會科學院', '찦차', 'Привет', 'مرحبا', 'שלום', 'ไทย'],
  [
    '😀',
    '👩‍👩‍👧‍👦',
    '👍🏽',
    '🇺🇳',
    '𝔘𝔫𝔦',
    '\u202etest\u202c',
    '\u2066\u2069',
    '\u200b\u200d\ufeff',
    '\ufffd',
    '\uffff',
    '\u{10ffff}',
  ],
  [`Z${'\u0335\u0321\u0327'.repeat(20)}`, '\ufeffmarked', 'ﷺ', '꧁꧂'],
  // markup, queries, commands, paths, headers
  [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '<?xml version="1.0"?><!DOCTYPE a>',
    'javascript:alert(1)',
  ],
  [
    "' OR 1=1 --",
    "1'; DROP TABLE items;--",
    '%',
    '_',
    '\\%',
    '1;SELECT pg_sleep(0)',
    "E'\\x00'",
    '$$',
    "''",
    '?',
    ':name',
  ],
  ['../../etc/passwd', 'C:\\Windows', '/dev/null', 'CON', 'file:///etc', '|| true', '; true', '\r\nX-Header: 1'],
  // times and ids that are none
  ['2026-02-30', '0000-00-00T00:00:00Z', '00000000-0000-0000-0000-000000000000', '0'.repeat(32), '+275760-09-13'],
  // long
  ['x'.repeat(70_000), '\u{1f600}'.repeat(9_000), '\\"'.repeat(5_000)],
].flat();
