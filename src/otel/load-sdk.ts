import { TelemetryError } from '../model/errors.js';
import { requireFromApplication, requireThrough } from '../runtime/application-require.js';
import { installCommand } from './install-command.js';

/** Modules of OpenTelemetry, as imported by the application; those that are absent are loaded from it when needed. */
export interface SdkModules {
  /** The module `@opentelemetry/sdk-logs`. */
  readonly sdkLogs?: object | undefined;
  /** The module `@opentelemetry/sdk-metrics`. */
  readonly sdkMetrics?: object | undefined;
  /** The module `@opentelemetry/resources`. */
  readonly resources?: object | undefined;
  /** `@opentelemetry/exporter-logs-otlp-proto` or `-http`, for `nodeSdkOptions` also `-grpc` */
  readonly logsExporter?: object | undefined;
  /** `@opentelemetry/exporter-metrics-otlp-proto` or `-http`, for `nodeSdkOptions` also `-grpc` */
  readonly metricsExporter?: object | undefined;
  /** `@opentelemetry/exporter-prometheus`, for `nodeSdkOptions` with `OTEL_METRICS_EXPORTER=prometheus` */
  readonly prometheusExporter?: object | undefined;
  /** `@opentelemetry/otlp-transformer`, which a queue on disk needs; the exporters bring it along. */
  readonly otlpTransformer?: object | undefined;
}

/** What `new` makes of a class that is known at run time only. */
export type Constructor = new (...args: readonly unknown[]) => object;

/** Loads modules from the application, and names all that are missing at once. */
export class ModuleLoader {
  readonly #who: string;
  readonly #through: string | undefined;
  readonly #missing: string[] = [];

  /**
   * @param who - whom an error is to name.
   * @param through - a package of the application whose own modules come first.
   */
  constructor(who: string, through?: string) {
    this.#who = who;
    this.#through = through;
  }

  /** The given module, else the application's; an empty one if it is missing, see {@link check}. */
  load(given: object | undefined, name: string): Readonly<Record<string, unknown>> {
    const nested = this.#through === undefined ? undefined : () => requireThrough(this.#through ?? '', name);
    const loaded = given ?? nested?.() ?? requireFromApplication(name);
    if (loaded === undefined && !this.#missing.includes(name)) this.#missing.push(name);
    return (loaded ?? {}) as Readonly<Record<string, unknown>>;
  }

  /** @throws TelemetryError `RIMP_MISSING_PACKAGE` that names what is missing, and the line that installs it. */
  check(): void {
    if (this.#missing.length === 0) return;
    throw new TelemetryError(
      'RIMP_MISSING_PACKAGE',
      `${this.#who}: this needs ${this.#missing.join(', ')}, not found in the application; install with: ${installCommand(this.#missing)}`,
    );
  }
}

/** A class that a module exports. */
export function classOf(module: Readonly<Record<string, unknown>>, name: string, who: string): Constructor {
  const found = module[name] ?? (module.default as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (typeof found !== 'function') {
    throw new TelemetryError(
      'RIMP_UNSUPPORTED',
      `${who}: expected the given or installed module to export the class ${name}`,
    );
  }
  return found as Constructor;
}

/** A function that a module exports. */
export function functionOf(
  module: Readonly<Record<string, unknown>>,
  name: string,
  who: string,
): (...args: readonly unknown[]) => unknown {
  return classOf(module, name, who) as unknown as (...args: readonly unknown[]) => unknown;
}
