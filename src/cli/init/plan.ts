import { existsSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import type { Project } from './project.js';

/** A package to be installed. */
export interface WantedPackage {
  readonly name: string;
  readonly range: string;
  readonly why: string;
}

/** What is to be done in a project; what is there already is no part of it. */
export interface Plan {
  readonly packages: readonly WantedPackage[];
  readonly file: { readonly name: string; readonly text: string } | undefined;
  /** What the start script is to be. */
  readonly startScript: { readonly from: string; readonly to: string } | undefined;
  /** Lines to add by hand, and where: in code that somebody wrote. */
  readonly byHand: { readonly where: string; readonly lines: readonly string[] } | undefined;
  /** What else is good to know. */
  readonly notes: readonly string[];
}

const API = '@opentelemetry/api';
const RANGES = {
  '2.x': { api: '~1.9.0', logs: '^0.223.0', stable: '^2.0.0', exporters: '^0.223.0' },
  '3.x': { api: '^1.10.0', logs: '^3.0.0', stable: '^3.0.0', exporters: '>=0.300.0 <1' },
} as const;

/** What each of the known packages needs beside this one. */
const HINTS: Readonly<Record<string, string>> = {
  next: 'Next.js: start it with NODE_OPTIONS="--import ./telemetry.mjs" next start, as it runs Node.js itself',
  '@nestjs/core':
    'NestJS: @opentelemetry/instrumentation-nestjs-core and -http measure requests; they are yours to add',
  express: 'Express: @opentelemetry/instrumentation-express and -http measure requests; they are yours to add',
  fastify: 'Fastify: @fastify/otel and @opentelemetry/instrumentation-http measure requests; they are yours to add',
  koa: 'Koa: @opentelemetry/instrumentation-koa and -http measure requests; they are yours to add',
  hono: 'Hono: @hono/otel measures requests; it is yours to add',
  pino: "pino: @opentelemetry/instrumentation-pino hands its lines to OpenTelemetry, or pipe them to 'rimp tail'",
  winston:
    "winston: @opentelemetry/instrumentation-winston hands its lines to OpenTelemetry, or pipe them to 'rimp tail'",
};

/** Finds out what a project needs. */
export function planFor(project: Project, exportsOtlp: boolean): Plan {
  const name = project.isModule ? 'telemetry.mjs' : 'telemetry.cjs';
  const notes = project.known.map((known) => HINTS[known]).filter((hint) => hint !== undefined);
  const packages = wantedBy(project, exportsOtlp).filter(
    ({ name: wanted, range }) => !project.packages.has(wanted) || (wanted === API && !suits(project.apiVersion, range)),
  );
  if (project.hasNodeSdk)
    return { packages, file: undefined, startScript: undefined, byHand: nodeSdkLines(project), notes };
  const isThere = existsSync(join(project.directory, name));
  const option = project.isModule ? `--import ./${name}` : `--require ./${name}`;
  const { startScript: start } = project;
  const isStarted = start?.includes(name) === true;
  const canStart = start !== undefined && /^node\s/.test(start);
  if (!isStarted && !canStart) notes.unshift(`start the program with: node ${option} …`);
  return {
    packages,
    file: isThere ? undefined : { name, text: telemetryFile(project, name, option) },
    startScript: isStarted || !canStart ? undefined : { from: start, to: start.replace(/^node\s+/, `node ${option} `) },
    byHand: undefined,
    notes,
  };
}

/** What NodeSDK lacks of RIMP; `undefined` if the source names it. */
function nodeSdkLines({ source, isModule, isTypeScript }: Project): Plan['byHand'] {
  if (source === undefined || source.hasRimpParts) return undefined;
  const names = '{ nodeSdkOptions, TelemetryCollector }';
  return {
    where: source.nodeSdkAt ?? 'where NodeSDK is made',
    lines: [
      isModule || isTypeScript
        ? `import ${names} from 'rimp-telemetry';`
        : `const ${names} = require('rimp-telemetry');`,
      "const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: 'telemetry.jsonl' });",
      'new NodeSDK({ ...nodeSdkOptions(collector), … });',
      'await collector.shutdown(); // after sdk.shutdown()',
    ],
  };
}

/** `npm install @opentelemetry/api` alone brings the latest, which SDK 2.x refuses. */
function suits(version: string | undefined, range: string): boolean {
  return version === undefined || semver.satisfies(version, range);
}

/** The generation that is there, else the one that the API is for, if this Node runs it. */
function generationFor({ generation, apiVersion }: Project): '2.x' | '3.x' {
  if (generation !== undefined) return generation;
  const isForThird = apiVersion !== undefined && semver.satisfies(apiVersion, RANGES['3.x'].api);
  return isForThird && semver.gte(process.versions.node, '22.15.0') ? '3.x' : '2.x';
}

function wantedBy(project: Project, exportsOtlp: boolean): WantedPackage[] {
  const generation = generationFor(project);
  const { api, logs, stable, exporters } = RANGES[generation];
  const own = { name: 'rimp-telemetry', range: '', why: 'collects, keeps and hands over' };
  const theApi = { name: API, range: api, why: 'what all of OpenTelemetry meets at' };
  if (project.hasNodeSdk) return [own, theApi];
  const proto = (signal: string): WantedPackage => ({
    name: `@opentelemetry/exporter-${signal}-otlp-proto`,
    range: exporters,
    why: `sends ${signal} to a Collector, or to rimp run and rimp serve`,
  });
  return [
    own,
    theApi,
    { name: '@opentelemetry/sdk-logs', range: logs, why: `the SDK of logs, generation ${generation}` },
    { name: '@opentelemetry/sdk-metrics', range: stable, why: `the SDK of metrics, generation ${generation}` },
    { name: '@opentelemetry/resources', range: stable, why: 'says which service and process it is' },
    ...(exportsOtlp ? [proto('logs'), proto('metrics')] : []),
  ];
}

/** Plain JavaScript also beside TypeScript: Node loads it before anything that was compiled. */
function telemetryFile({ name: service, isModule }: Project, name: string, option: string): string {
  const load = isModule
    ? "import { startTelemetry } from 'rimp-telemetry';\n\nexport const telemetry ="
    : "const { startTelemetry } = require('rimp-telemetry');\n\nexports.telemetry =";
  return `// Starts telemetry before the application: node ${option} app.js (${name}, made by rimp init)
${load} startTelemetry({
  serviceName: process.env.OTEL_SERVICE_NAME ?? ${JSON.stringify(service)},
  // events and metrics are kept here, and sent to OTEL_EXPORTER_OTLP_ENDPOINT if that is set
  config: { storageBackend: 'file', storagePath: process.env.RIMP_STORAGE_PATH ?? 'telemetry.jsonl' },
  shutdownOnSignals: true,
});
`;
}
