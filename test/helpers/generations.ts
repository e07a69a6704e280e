/** One generation of OpenTelemetry's SDK, as an application installs it. */
export interface Generation {
  readonly name: string;
  /** Majors of Node that its engines allow, of those that are looked at. */
  readonly nodes: readonly number[];
  readonly api: string;
  /** The version of `resources`, `sdk-metrics` and `context-async-hooks`. */
  readonly stable: string;
  readonly sdkLogs: string;
  /** The version of the exporters and of `sdk-node`. */
  readonly experimental: string;
}

/** The lowest versions that work with us. */
export const LOWEST_2: Generation = {
  name: '2.x lowest',
  nodes: [20, 22, 24, 26],
  api: '1.9.0',
  stable: '2.0.0',
  sdkLogs: '0.202.0',
  experimental: '0.202.0',
};

/** Whether the tests run with the lowest versions, which can less. */
export const lowest = process.env.RIMP_OTEL === LOWEST_2.name;

/** The newest of the 2.x line. */
export const LATEST_2: Generation = {
  name: '2.x latest',
  nodes: [20, 22, 24, 26],
  api: '~1.9.0',
  stable: '2.12.0',
  sdkLogs: '0.223.0',
  experimental: '0.223.0',
};

/** The newest of the 3.x line. */
export const LATEST_3: Generation = {
  name: '3.x latest',
  nodes: [22, 24, 26],
  api: '^1.10.0',
  stable: '3.1.0',
  sdkLogs: '3.1.0',
  experimental: '0.301.0',
};

/** The packages of an application that collects logs and metrics, and exports both over OTLP. */
export function packagesOf(generation: Generation): Record<string, string> {
  const { api, stable, sdkLogs, experimental } = generation;
  return {
    '@opentelemetry/api': api,
    '@opentelemetry/resources': stable,
    '@opentelemetry/sdk-metrics': stable,
    '@opentelemetry/sdk-logs': sdkLogs,
    '@opentelemetry/exporter-logs-otlp-http': experimental,
    '@opentelemetry/exporter-logs-otlp-proto': experimental,
    '@opentelemetry/exporter-metrics-otlp-http': experimental,
    '@opentelemetry/exporter-metrics-otlp-proto': experimental,
  };
}
