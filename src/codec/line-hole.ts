const NUL = 0;

/**
 * How many NULs a line begins with: the hole that a file has after a power cut, or if it was truncated under a writer that
 * goes on at its old place. What follows them is the line.
 */
export function holeBefore(line: string): number {
  let end = 0;
  while (line.charCodeAt(end) === NUL) end += 1;
  return end;
}

/** The first byte at or after a place that is no NUL, or the end. */
export function endOfHole(bytes: Uint8Array, start = 0): number {
  let end = start;
  while (end < bytes.length && bytes[end] === NUL) end += 1;
  return end;
}
