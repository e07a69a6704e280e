import semver from 'semver';
import type { Env } from '../../otlp/config/settings.js';
import { otlpVariable, signalSettings } from '../../otlp/config/settings.js';
import { type Finding, ok } from './finding.js';
import { copyFor, type Installed } from './installed.js';

/** A generation of OpenTelemetry's SDK. */
export type Generation = '2.x' | '3.x';

const API = '@opentelemetry/api';
const API_LOGS = '@opentelemetry/api-logs';
const SDK_LOGS = '@opentelemetry/sdk-logs';
const SDK_METRICS = '@opentelemetry/sdk-metrics';
/** Packages that have to be of one generation: those with versions of their own, and those of the experimental line. */
const STABLE =
  /^@opentelemetry\/(core|resources|sdk-metrics|sdk-trace|sdk-trace-base|sdk-trace-node|context-async-hooks)$/;
const EXPERIMENTAL = /^@opentelemetry\/(sdk-node|otlp-.*|exporter-.*-otlp-.*|instrumentation)$/;

/** The generation that a package belongs to; `undefined` if it belongs to none, or to an older one. */
export function generationOf(name: string, version: string): Generation | undefined {
  const { major, minor } = semver.parse(version) ?? { major: 0, minor: 0 };
  if (STABLE.test(name)) return major === 2 ? '2.x' : major === 3 ? '3.x' : undefined;
  if (name === SDK_LOGS) return major === 3 ? '3.x' : minor >= 200 ? '2.x' : undefined;
  if (!EXPERIMENTAL.test(name) || major !== 0) return undefined;
  return minor >= 300 ? '3.x' : minor >= 200 ? '2.x' : undefined;
}

/** Whether this Node is one that the library, and the SDK that is installed, run on. */
export function checkNode(version: string, packages: readonly Installed[]): Finding {
  const id = 'node';
  if (!semver.gte(version, '20.19.0')) {
    return {
      id,
      level: 'error',
      what: `this is Node ${version}`,
      why: 'rimp-telemetry needs Node 20.19 or later',
      fix: 'install Node 22 or later: https://nodejs.org/en/download',
    };
  }
  const newer = packages.find(({ name, version: of, own }) => own && generationOf(name, of) === '3.x');
  if (newer !== undefined && !semver.gte(version, '22.15.0')) {
    return {
      id,
      level: 'error',
      what: `${newer.name} ${newer.version} is installed on Node ${version}`,
      why: "OpenTelemetry's SDK 3.x needs Node 22.15 or later",
      fix: 'install Node 22.15 or later, or the 2.x line of OpenTelemetry',
    };
  }
  return ok(id, `Node ${version}`);
}

/** Versions that don't go together, and copies that should be one. */
export function checkPackages(packages: readonly Installed[]): Finding[] {
  const own = packages.filter((one) => one.own);
  const api = own.find(({ name }) => name === API);
  if (api === undefined) {
    return [
      {
        id: 'api',
        level: 'error',
        what: `${API} is not installed`,
        why: 'rimp-telemetry and all of OpenTelemetry meet in it',
        fix: `npm install ${API}`,
      },
    ];
  }
  const findings = [checkGenerations(own), ...checkFloors(own), ...checkPeers(packages), checkCopies(packages, API)];
  findings.push(checkCopies(packages, 'rimp-telemetry'), checkLogsApis(packages, own, api));
  return findings;
}

function checkGenerations(own: readonly Installed[]): Finding {
  const id = 'generations';
  const of = new Map<Generation, Installed[]>();
  for (const one of own) {
    const generation = generationOf(one.name, one.version);
    if (generation !== undefined) of.set(generation, [...(of.get(generation) ?? []), one]);
  }
  if (of.size < 2) {
    const [generation] = of.keys();
    return ok(id, generation === undefined ? 'no SDK is installed' : `OpenTelemetry ${generation} throughout`);
  }
  const [few, many] = [...of].sort(([, a], [, b]) => a.length - b.length);
  const list = (some: readonly Installed[]): string => some.map(({ name, version }) => `${name} ${version}`).join(', ');
  const wanted = many?.[0] === '3.x' ? '3' : '2';
  return {
    id,
    level: 'error',
    what: `packages of two generations are installed: ${list(few?.[1] ?? [])} beside ${list(many?.[1] ?? [])}`,
    why: 'records and metrics of one generation are not understood by exporters and SDKs of the other',
    fix: `npm install ${(few?.[1] ?? []).map(({ name }) => `${name}@${rangeOf(name, wanted)}`).join(' ')}`,
  };
}

function rangeOf(name: string, generation: '2' | '3'): string {
  if (STABLE.test(name) || (name === SDK_LOGS && generation === '3')) return `^${generation}.0.0`;
  return generation === '3' ? '">=0.300.0 <1"' : '">=0.202.0 <0.300.0"';
}

function checkFloors(own: readonly Installed[]): Finding[] {
  const floors = { [SDK_LOGS]: '0.202.0', [SDK_METRICS]: '2.0.0' };
  return own.flatMap(({ name, version }): Finding[] => {
    const floor = floors[name as keyof typeof floors];
    if (floor === undefined || semver.gte(version, floor)) return [];
    return [
      {
        id: 'too-old',
        level: 'error',
        what: `${name} ${version} is installed`,
        why: `rimp-telemetry works with ${floor} and later`,
        fix: `npm install ${name}@latest`,
      },
    ];
  });
}

function checkPeers(packages: readonly Installed[]): Finding[] {
  const broken = packages.flatMap((one): Finding[] => {
    const wanted = one.peerDependencies[API];
    const copy = copyFor(one, API);
    const version = packages.find(({ real }) => real === copy)?.version;
    if (wanted === undefined || version === undefined || semver.satisfies(version, wanted)) return [];
    return [
      {
        id: 'api-version',
        level: 'error',
        what: `${one.name} ${one.version} loads ${API} ${version}`,
        why: `it works with ${wanted} only: with another version its telemetry may not reach the providers`,
        fix: `npm install ${API}@"${wanted}"`,
      },
    ];
  });
  return broken.length > 0 ? broken : [ok('api-version', `all packages find a version of ${API} that suits them`)];
}

function checkCopies(packages: readonly Installed[], name: string): Finding {
  const id = name === API ? 'api-copies' : 'rimp-copies';
  const copies = packages.filter((one) => one.name === name);
  if (copies.length < 2) return ok(id, `${copies.length === 0 ? 'no copy' : 'one copy'} of ${name}`);
  const versions = new Set(copies.map(({ version }) => version));
  return {
    id,
    level: 'warning',
    what: `${copies.length} copies of ${name}: ${copies.map(({ version, directory }) => `${version} in ${directory}`).join(', ')}`,
    why:
      name === API
        ? 'what is registered with an older copy is not seen by a newer one, and telemetry goes nowhere without a word'
        : `each copy has collectors of its own${versions.size > 1 ? ', and files are written by two versions' : ''}`,
    fix: 'npm dedupe',
  };
}

/** Whether `NodeSDK` is installed. */
export function hasNodeSdk(packages: readonly Installed[]): boolean {
  return packages.some(({ name, own }) => own && name === '@opentelemetry/sdk-node');
}

function checkLogsApis(packages: readonly Installed[], own: readonly Installed[], api: Installed): Finding {
  const id = 'logs-apis';
  const sdk = own.find(({ name }) => name === SDK_LOGS);
  // this library brings one along itself, and emits to the one that has a provider
  const user = packages.find(
    ({ name, dependencies, peerDependencies }) =>
      name !== 'rimp-telemetry' && (dependencies[API_LOGS] ?? peerDependencies[API_LOGS]) !== undefined,
  );
  const generation = sdk && generationOf(sdk.name, sdk.version);
  if (generation === '2.x' && semver.gte(api.version, '1.10.0')) {
    return {
      id,
      level: 'warning',
      what: `${SDK_LOGS} ${sdk?.version} registers with ${API_LOGS}, and ${API} ${api.version} has a logs API of its own`,
      why: `records emitted through "logs" of ${API} never reach a provider of SDK 2.x`,
      fix: `npm install ${API}@"<1.10"`,
    };
  }
  if (generation === '3.x' && user !== undefined) {
    return {
      id,
      level: 'warning',
      what: `${SDK_LOGS} ${sdk?.version} registers with ${API}, and ${user.name} ${user.version} emits through ${API_LOGS}`,
      why: `records emitted through ${API_LOGS} reach the provider only by way of startTelemetry, register or nodeSdkOptions`,
      fix: `import { bridgeLogsApis } from 'rimp-telemetry'; bridgeLogsApis();`,
    };
  }
  return ok(id, 'one logs API is in use');
}

/** Whether what exports over OTLP is installed, if the environment asks for it. */
export function checkExporters(packages: readonly Installed[], env: Env): Finding[] {
  return (['logs', 'metrics'] as const).flatMap((signal): Finding[] => {
    const settings = signalSettings(signal, {}, env);
    // NodeSDK brings its exporters over gRPC with it
    const isGrpc = otlpVariable(env, signal, 'PROTOCOL') === 'grpc' && hasNodeSdk(packages);
    if (settings === undefined || isGrpc) return [];
    const name = `@opentelemetry/exporter-${signal}-otlp-${settings.protocol === 'http/json' ? 'http' : 'proto'}`;
    const there = packages.find((one) => one.own && one.name === name);
    if (there !== undefined) return [ok(`exporter-${signal}`, `${name} ${there.version}`)];
    return [
      {
        id: `exporter-${signal}`,
        level: 'error',
        what: `the environment asks for OTLP over ${settings.protocol}, and ${name} is not installed`,
        why: `startTelemetry and rimp-telemetry/register can't export ${signal} without it`,
        fix: `npm install ${name}`,
      },
    ];
  });
}
