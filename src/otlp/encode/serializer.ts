import { TelemetryError } from '../../model/errors.js';
import { installCommand } from '../../otel/install-command.js';
import type { LogRecordLike, ResourceMetricsLike, SpanLike } from '../../otel/sdk-types.js';
import { requireFromApplication, requireThrough } from '../../runtime/application-require.js';
import { exporterPackage, type OtlpProtocol, type OtlpSignal, REJECTED } from '../config/settings.js';
import { withJsonNumbers } from './json-numbers.js';

/** What a server says of a request of which it took a part. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** OpenTelemetry's own serialisation of one signal. */
export interface Serializer<T> {
  serialize(items: T): Uint8Array;
  /** What a response says; `undefined` if everything was taken. */
  partialSuccess(response: Uint8Array): PartialSuccess | undefined;
}

/** What is serialised, by signal. */
export interface Serialized {
  readonly logs: readonly LogRecordLike[];
  readonly metrics: ResourceMetricsLike;
  readonly traces: readonly SpanLike[];
}

const SERIALIZERS: Readonly<Record<OtlpSignal, string>> = { logs: 'Logs', metrics: 'Metrics', traces: 'Trace' };
const PACKAGE = '@opentelemetry/otlp-transformer';
/** What HTML begins with, and neither JSON nor the answer in Protocol Buffers does, as a character for each byte. */
const HTML = /^(?:\xef\xbb\xbf)?\s*<[!?a-z]/i;
/** Bytes of a web page that a message shows. */
const MAX_PAGE_BYTES = 100;

interface SerializerLike {
  serializeRequest(items: unknown): Uint8Array | undefined;
  deserializeResponse(response: Uint8Array): { partialSuccess?: Readonly<Record<string, unknown>> | null };
}

/** `@opentelemetry/otlp-transformer` as the application's exporters have it, else as it is installed. */
export function loadTransformer(signal: OtlpSignal, protocol: OtlpProtocol): object | undefined {
  return requireThrough(exporterPackage(signal, protocol), PACKAGE) ?? requireFromApplication(PACKAGE);
}

/** @throws TelemetryError `RIMP_MISSING_PACKAGE`, `RIMP_UNSUPPORTED` if the package has no such serialiser. */
export function serializerOf<S extends OtlpSignal>(
  signal: S,
  protocol: OtlpProtocol,
  transformer: object | undefined,
  who: string,
): Serializer<Serialized[S]> {
  if (transformer === undefined) {
    throw new TelemetryError(
      'RIMP_MISSING_PACKAGE',
      `${who}: this needs ${PACKAGE}, not found in the application; install with: ${installCommand([PACKAGE])}`,
    );
  }
  const name = `${protocol === 'http/json' ? 'Json' : 'Protobuf'}${SERIALIZERS[signal]}Serializer`;
  const found = (transformer as Readonly<Record<string, unknown>>)[name] as SerializerLike | undefined;
  if (typeof found?.serializeRequest !== 'function') {
    throw new TelemetryError('RIMP_UNSUPPORTED', `${who}: expected ${PACKAGE} to export ${name}`);
  }
  const isJsonOfMetrics = signal === 'metrics' && protocol === 'http/json';
  return {
    serialize(items) {
      const bytes = found.serializeRequest(isJsonOfMetrics ? withJsonNumbers(items as Serialized['metrics']) : items);
      if (bytes === undefined) throw new Error(`${name} gave nothing`);
      return bytes;
    },
    partialSuccess(response) {
      if (response.length === 0) return undefined;
      if (isPage(response)) return { rejected: 0, message: pageAsMessage(response) };
      let partial: Readonly<Record<string, unknown>> | null | undefined;
      let rejected = 0;
      try {
        partial = found.deserializeResponse(response).partialSuccess;
        rejected = itemCount(partial?.[REJECTED[signal]]);
      } catch {
        // servers answer 200 with all kinds of things
      }
      const given = partial?.errorMessage;
      const message = typeof given === 'string' ? given : '';
      return rejected > 0 || message !== '' ? { rejected, message } : undefined;
    },
  };
}

function isPage(response: Uint8Array): boolean {
  return HTML.test(Buffer.from(response.subarray(0, MAX_PAGE_BYTES)).toString('latin1'));
}

/** What is said of a web page, such as that of a login: what serves it takes no telemetry, whatever its status says. */
function pageAsMessage(page: Uint8Array): string {
  const start = Buffer.from(page.subarray(0, MAX_PAGE_BYTES)).toString('utf8');
  const words = start.replace(/[^\p{L}\p{N}\p{P}\p{S}\p{Z}]+/gu, ' ').trim();
  return `${words} (a web page: is the URL that of an OTLP endpoint?)`;
}

/** A number of items as a server gives it: a part of one counts as one, and what is no number as none. */
function itemCount(given: unknown): number {
  const count = Math.ceil(Number(given ?? 0));
  return count > 0 ? count : 0;
}
