import { versionInApplication } from '../runtime/application-require.js';

const API = '@opentelemetry/api';
/** Packages of 2.x that count from 1 on; the others are of 0.223. */
const STABLE = new Set(['@opentelemetry/sdk-metrics', '@opentelemetry/resources']);

/**
 * The command that installs packages of OpenTelemetry, of the generation that fits: the latest ones need Node 22.15 and
 * an API of 1.10, and those before refuse that API.
 */
export function installCommand(packages: readonly string[]): string {
  if (runsThirdGeneration() && !hasEarlierApi()) return `npm install ${packages.join(' ')}`;
  const named = packages.map((name) => `${name}@${STABLE.has(name) ? '2' : '0.223'}`);
  return `npm install "${API}@<1.10" ${named.join(' ')}`;
}

function runsThirdGeneration(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 15);
}

function hasEarlierApi(): boolean {
  const minor = /^1\.(\d+)\./.exec(versionInApplication(API) ?? '')?.[1];
  return minor !== undefined && Number(minor) < 10;
}
