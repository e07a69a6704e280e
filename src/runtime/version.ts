import type { Diagnostics } from './diagnostics.js';
import { sharedState } from './shared-state.js';

/** The version of this package, as in its `package.json`. */
export const VERSION = '0.1.0';

/** Notes that this version is in use, and warns if another one is as well. */
export function noteVersion(diagnostics: Diagnostics): void {
  const shared = sharedState();
  shared.versions ??= new Set();
  shared.versions.add(VERSION);
  if (shared.versions.size === 1) return;
  const versions = [...shared.versions].join(' and ');
  diagnostics.report(
    'two_versions',
    `rimp-telemetry is loaded in versions ${versions}, whose items may come twice: make them one with "npm dedupe"`,
  );
}
