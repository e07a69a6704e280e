/**
 * Whether a version is another one or a later one, by major, minor and patch; what is before a release counts as it.
 * OpenTelemetry's versions need no more, and a package for it would be loaded by every application.
 */
export function isAtLeast(version: string, first: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(first)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
