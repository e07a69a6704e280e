const VALID = /^[A-Za-z][A-Za-z0-9_.\-/]{0,254}$/;

/**
 * The OpenTelemetry instrument name of a metric's name: a letter, then at most 254 letters, digits, `_`, `.`, `-`, `/`
 * (metrics API, "Instrument name syntax"). A name that is none is mapped: the same one always to the same, and two
 * different ones never to one another's, as a hash of the original is appended.
 */
export function instrumentName(name: string): string {
  if (VALID.test(name)) return name;
  const mapped = name.replace(/[^A-Za-z0-9_.\-/]+/g, '_');
  const lettered = /^[A-Za-z]/.test(mapped) ? mapped : `m_${mapped}`;
  return `${lettered.slice(0, 240)}_${hash(name)}`;
}

/** FNV-1a over UTF-16 code units, 52 bits of it, in base 36. */
function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b + unit, 0x85ebca6b) ^ (b >>> 13);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36);
}
