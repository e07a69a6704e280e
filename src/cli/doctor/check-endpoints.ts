import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import { parseHeaders, urlOf } from '../../otlp/config/endpoint.js';
import {
  CONTENT_TYPES,
  type Env,
  isSdkDisabled,
  listOf,
  otlpVariable,
  type Signal,
  signalSettings,
} from '../../otlp/config/settings.js';
import { variableOf } from '../../setup/exporter-names.js';
import { type Finding, ok } from './finding.js';

const TIMEOUT_MILLIS = 5_000;
const SIGNALS = ['logs', 'metrics'] as const;

/** Whether the OTLP endpoints that the environment names take an empty request. */
export async function checkEndpoints(env: Env, usesNodeSdk: boolean): Promise<Finding[]> {
  if (isSdkDisabled(env)) return [ok('endpoint', 'OTEL_SDK_DISABLED is true: nothing is exported')];
  const checks = SIGNALS.map((signal) => checkEndpoint(signal, env, usesNodeSdk));
  const findings = (await Promise.all(checks)).filter((finding) => finding !== undefined);
  if (findings.length > 0) return findings;
  if (usesNodeSdk && SIGNALS.some((signal) => listOf(env[variableOf(signal)]).length === 0)) {
    const what =
      'no OTLP endpoint in the environment: NodeSDK exports to http://localhost:4318 by itself, startTelemetry nowhere';
    return [ok('endpoint', what)];
  }
  return [ok('endpoint', 'the environment asks for no OTLP, nothing is exported over it')];
}

/** What is known of OTLP over gRPC, which only `NodeSDK` has exporters for; it can't be tried with an empty request. */
function grpcFinding(signal: Signal, usesNodeSdk: boolean): Finding {
  const id = `endpoint-${signal}`;
  if (usesNodeSdk) {
    return ok(id, `NodeSDK exports ${signal} over gRPC, which is not tried; startTelemetry exports over HTTP only`);
  }
  return {
    id,
    level: 'error',
    what: `the environment asks for OTLP over "grpc" for ${signal}`,
    why: 'startTelemetry and rimp-telemetry/register export over HTTP only, and fall back to http/protobuf',
    fix: 'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, and the port of OTLP over HTTP, usually 4318',
  };
}

async function checkEndpoint(signal: Signal, env: Env, usesNodeSdk: boolean): Promise<Finding | undefined> {
  const isGrpc = otlpVariable(env, signal, 'PROTOCOL') === 'grpc';
  const isLeftToNodeSdk = usesNodeSdk && listOf(env[variableOf(signal)]).length === 0;
  const settings = signalSettings(signal, {}, env, undefined, () => undefined);
  if (isGrpc && (settings !== undefined || isLeftToNodeSdk)) return grpcFinding(signal, usesNodeSdk);
  if (settings === undefined) return undefined;
  const id = `endpoint-${signal}`;
  const upper = signal.toUpperCase();
  const url = urlOf(signal, env);
  const headers = {
    ...parseHeaders(otlpVariable(env, signal, 'HEADERS') ?? ''),
    'content-type': CONTENT_TYPES[settings.protocol],
  };
  try {
    // an empty request is a valid one in both encodings
    const status = await post(url, headers, settings.protocol === 'http/json' ? '{}' : '');
    if (status >= 200 && status < 300) return ok(id, `${showUrl(url)} takes OTLP over ${settings.protocol}`);
    return {
      id,
      level: 'error',
      what: `${showUrl(url)} answers ${status} to an empty request`,
      why: `${signal} that are sent there are refused and lost`,
      fix: fixOf(status, upper),
    };
  } catch (error) {
    const { code, message } = toError(error) as NodeJS.ErrnoException;
    return {
      id,
      level: 'error',
      what: `${showUrl(url)} can't be reached: ${message || (code ?? 'unknown error')}`,
      why: `${signal} can't be exported, and are lost when the queue in front of the exporter is full`,
      fix: 'start a collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT to where one listens',
    };
  }
}

function post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  return new Promise((resolveStatus, reject) => {
    const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, { method: 'POST', headers, timeout: TIMEOUT_MILLIS }, (response) => {
      response.resume();
      resolveStatus(response.statusCode ?? 0);
      request.destroy();
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MILLIS} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}

function fixOf(status: number, upper: string): string {
  if (status === 401 || status === 403) return `OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20<token>"`;
  if (status === 404) return `OTEL_EXPORTER_OTLP_${upper}_ENDPOINT=<the whole URL of the receiver>`;
  if (status === 415) return 'OTEL_EXPORTER_OTLP_PROTOCOL=http/json, or http/protobuf';
  return 'look into the log of the receiver';
}
