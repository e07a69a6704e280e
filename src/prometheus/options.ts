import { NAMES, POSITIVE_INTEGER, POSITIVE_NUMBER, type Rules, TOKEN } from '../model/options.js';
import type { InstrumentRule } from '../otel/instruments/instrument-policy.js';

/** Settings of `createPrometheusHandler`. */
export interface PrometheusOptions {
  /** Requests need `Authorization: Bearer …` with this token; default: none, and then only loopback is answered. */
  readonly token?: string | undefined;
  /**
   * Names that `Host` may have while a request comes by loopback, beside addresses, `localhost` and names without a dot;
   * default: none.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Series at most; what would be one more is counted in `rimp_exposition_left_out_total`. Default 10,000. */
  readonly maxSeries?: number | undefined;
  /** A series that got no value for so many milliseconds is left out; default: none ever is. */
  readonly expireAfterMillis?: number | undefined;
  /** Attributes of the resource that become labels; default `service.name` and `service.instance.id`. */
  readonly resourceLabels?: readonly string[] | undefined;
  /** Which metrics are gauges, counters and histograms; default: the collector's own `instruments`. */
  readonly instruments?: readonly InstrumentRule[] | undefined;
}

/** What the options have to be. */
export const PROMETHEUS_RULES: Rules = {
  token: TOKEN,
  allowedHosts: NAMES,
  maxSeries: POSITIVE_INTEGER,
  expireAfterMillis: POSITIVE_NUMBER,
  resourceLabels: NAMES,
  instruments: { isRight: Array.isArray, expected: 'an array of rules' },
};
