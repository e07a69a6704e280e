import { instrumentName } from './instrument-name.js';
import type { InstrumentKind, InstrumentPolicy } from './instrument-policy.js';
import { bucketBoundaries, isDuration, ucumUnit } from './units.js';

/** The instrument that a metric's name and unit stand for. */
export interface InstrumentPlan {
  readonly name: string;
  /** In UCUM. */
  readonly unit: string | undefined;
  readonly kind: InstrumentKind;
  /** Upper bounds of a histogram's buckets; `undefined`: the defaults of OpenTelemetry. */
  readonly boundaries: readonly number[] | undefined;
  readonly dropTags: ReadonlySet<string> | undefined;
  readonly synchronous: boolean;
}

/** What a policy, and without a rule the unit, choose for a metric. */
export function instrumentPlan(
  policy: InstrumentPolicy,
  metricName: string,
  metricUnit: string | undefined,
): InstrumentPlan {
  const rule = policy(metricName);
  const unit = rule?.unit ?? ucumUnit(metricUnit);
  return {
    name: instrumentName(metricName),
    unit,
    kind: rule?.kind ?? (isDuration(unit) ? 'histogram' : 'gauge'),
    boundaries: rule?.buckets ?? bucketBoundaries(unit),
    dropTags: rule?.dropTags === undefined ? undefined : new Set(rule.dropTags),
    synchronous: rule?.synchronous === true,
  };
}
