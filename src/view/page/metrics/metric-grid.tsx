import type { VNode } from 'preact';
import type { MetricName, MetricNames } from '../../api-types.js';
import { filter, linkTo } from '../state/location.js';
import { NotUpToDate } from '../ui/not-up-to-date.js';
import { counted } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';
import { visibleText } from '../ui/visible-text.js';
import { KIND_WORDS } from './kind-words.js';
import { SparkLine } from './spark-line.js';
import { unitWords } from './unit-words.js';
import { valueFormat } from './value-format.js';

interface MetricGridProperties {
  readonly found: MetricNames;
  /** Why what is shown is not up to date; `''` if it is. */
  readonly problem: string;
}

/** A card for each name: its last value and how it went; a click opens its charts. */
export function MetricGrid({ found, problem }: MetricGridProperties): VNode {
  return (
    <>
      <div class="toolbar">
        <p class="counts">
          {counted(found.names.length, 'metric')}
          {found.cut && '; there are more: filter by name'}
          <NotUpToDate problem={problem} />
        </p>
      </div>
      <ul class="metric-grid">
        {found.names.map((metric) => (
          <MetricCard key={`${metric.name} ${metric.kind} ${metric.unit ?? ''}`} metric={metric} />
        ))}
      </ul>
    </>
  );
}

function MetricCard({ metric }: { readonly metric: MetricName }): VNode {
  const { name, unit, kind, description, series, last, lastTime, sparkline } = metric;
  const words = [KIND_WORDS[kind], unitWords(unit), series > 1 ? `${series} series` : ''].filter((word) => word !== '');
  return (
    <li class="metric-card panel">
      <h2>
        <a href={linkTo('metrics', filter.value, { metric: name })} title={visibleText(description ?? name)}>
          <Text of={name} longest={200} />
        </a>
      </h2>
      <p class="metric-facts">
        <Text of={words.join(' · ')} longest={200} />
      </p>
      <SparkLine values={sparkline} />
      <p class="metric-last">
        <strong>{valueFormat(unit)(last)}</strong>
        <span class="muted">
          <Time iso={lastTime} />
        </span>
      </p>
    </li>
  );
}
