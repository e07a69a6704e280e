import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { holdsPart } from '../../otel/part-mark.js';
import { type Finding, ok } from './finding.js';

/** What a project's set-up has registered. */
interface Probe {
  /** For each API that a provider is registered with: which parts of ours are in it. */
  readonly logs: readonly { readonly api: string; readonly processor: boolean }[];
  readonly metrics: { readonly reader: boolean } | null;
  /** Whether records of `@opentelemetry/api-logs` are handed on to the provider of `@opentelemetry/api`. */
  readonly forwards: boolean;
  /** Whether a collector was made. */
  readonly collects: boolean;
}

const TIMEOUT_MILLIS = 20_000;
const PREFIX = 'RIMP-DOCTOR ';

/** Runs in the project, after its set-up: looks for marked parts in whatever is registered, whichever generation. */
const PROBE = `
const find = (provider, kind) => (${String(holdsPart)})(provider, kind, 10, 20_000);
setTimeout(() => {
  const api = globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {};
  const separate = globalThis[Symbol.for('io.opentelemetry.js.api.logs')];
  const FORWARDS = Symbol.for('rimp-telemetry.forwards.v1');
  const real = (provider) => provider && provider[FORWARDS] !== true ? provider : undefined;
  const logs = [];
  const old = real(typeof separate === 'function' ? separate(1) : undefined);
  if (old) logs.push({ api: '@opentelemetry/api-logs', processor: find(old, 'processor') });
  if (real(api.logs) && api.logs !== old) logs.push({ api: '@opentelemetry/api', processor: find(api.logs, 'processor') });
  const metrics = real(api.metrics) ? { reader: find(api.metrics, 'reader') } : null;
  const forwards = typeof separate === 'function' && (separate(1) ?? {})[FORWARDS] === true;
  const collects = (globalThis[Symbol.for('rimp-telemetry')]?.v1?.versions?.size ?? 0) > 0;
  const seen = { logs, metrics, forwards, collects };
  process.stdout.write('\\n${PREFIX}' + JSON.stringify(seen) + '\\n', () => process.exit(0));
}, 200);
`;

/** The set-up that a project's start script loads before the program. */
export function setupOfProject(project: string): string | undefined {
  try {
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      scripts?: Readonly<Record<string, string>>;
    };
    return /(?:--import|--require|-r)[= ]+("?)([^\s"]+)\1/.exec(scripts?.start ?? '')?.[2];
  } catch {
    return undefined;
  }
}

/** Runs a set-up by itself, and looks whether our parts are in what it registers. */
export async function checkSetup(setup: string, project: string, usesNodeSdk: boolean): Promise<Finding[]> {
  // a path as Node takes it for --import, or a package
  const module = /^(\.|\/|[A-Za-z]:)/.test(setup) ? pathToFileURL(resolve(project, setup)).href : setup;
  const { output, errors } = await runProbe(module, project);
  const line = output.split('\n').findLast((text) => text.startsWith(PREFIX));
  if (line === undefined) {
    return [
      {
        id: 'setup',
        level: 'error',
        what: `${setup} fails: ${errorOf(errors)}`,
        why: 'without it nothing is collected, and the program may not start',
        fix: `node --import ${setup} -e 0`,
      },
    ];
  }
  return findingsOf(setup, JSON.parse(line.slice(PREFIX.length)) as Probe, usesNodeSdk);
}

/** The line of what Node printed that says what was wrong. */
function errorOf(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? 'it ended before it could be looked at';
}

function findingsOf(setup: string, { logs, metrics, forwards, collects }: Probe, usesNodeSdk: boolean): Finding[] {
  const missing = (part: 'processor' | 'reader', what: string): Finding => missingPart(part, what, usesNodeSdk);
  const findings: Finding[] = [];
  if (collects && logs.length === 0 && metrics === null) {
    const what = `${setup} leaves no provider registered: its collector keeps what it is given, and what the providers bring that it was given`;
    return [ok('setup', what)];
  }
  if (forwards) findings.push(ok('logs-apis', 'records of @opentelemetry/api-logs are handed on to the one provider'));
  if (logs.length > 1) {
    findings.push({
      id: 'logs-globals',
      level: 'error',
      what: `${setup} registers different logger providers with ${logs.map(({ api }) => api).join(' and ')}`,
      why: 'a record emitted through one API never reaches the provider of the other',
      fix: 'register one provider with both, as startTelemetry does, or remove one set-up',
    });
  }
  if (logs.length === 0) findings.push(missing('processor', `${setup} registers no logger provider`));
  for (const { api, processor } of logs) {
    findings.push(
      processor
        ? ok('processor', `the logger provider of ${api} has a RimpLogRecordProcessor`)
        : missing('processor', `the logger provider of ${api} has no RimpLogRecordProcessor`),
    );
  }
  if (metrics === null) findings.push(missing('reader', `${setup} registers no meter provider`));
  else if (metrics.reader) findings.push(ok('reader', 'the meter provider has a RimpMetricReader'));
  else findings.push(missing('reader', 'the meter provider has no RimpMetricReader'));
  return findings;
}

function missingPart(part: 'processor' | 'reader', what: string, usesNodeSdk: boolean): Finding {
  const fixes = {
    processor: 'new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector)] })',
    reader: 'new MeterProvider({ readers: [new RimpMetricReader(collector)] })',
  };
  return {
    id: part,
    level: 'error',
    what,
    why:
      part === 'processor'
        ? 'log records of libraries do not reach RIMP, and its own events pass by what redacts'
        : 'metrics of libraries do not reach RIMP',
    fix: usesNodeSdk ? 'new NodeSDK({ ...nodeSdkOptions(collector) })' : fixes[part],
  };
}

function runProbe(module: string, cwd: string): Promise<{ readonly output: string; readonly errors: string }> {
  return new Promise((resolveRun) => {
    execFile(
      process.execPath,
      ['--import', module, '--eval', PROBE],
      { cwd, timeout: TIMEOUT_MILLIS, maxBuffer: 16 * 1024 * 1024 },
      (_error, output, errors) => resolveRun({ output, errors }),
    );
  });
}
