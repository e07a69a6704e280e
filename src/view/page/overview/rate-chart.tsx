import type { VNode } from 'preact';
import type { Overview, OverviewBucket } from '../../api-types.js';
import { EVENT_TYPES } from '../state/filter.js';
import { linkTo } from '../state/location.js';
import { ChartTable } from '../ui/chart-table.js';
import { countText } from '../ui/number-format.js';
import { timeOfDay } from '../ui/time-format.js';
import { TYPE_WORDS } from '../ui/type-badge.js';

/** Events of the last minutes by type; a click on a bar lists those of its time. */
export function RateChart({ counts }: { readonly counts: Overview }): VNode {
  const { buckets, bucketSeconds } = counts;
  const greatest = buckets.reduce((most, bucket) => Math.max(most, totalOf(bucket)), 0);
  const minutes = Math.max(1, Math.round((buckets.length * bucketSeconds) / 60));
  const label = `Events of the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}`;
  const first = buckets[0];
  return (
    <section class="card card-wide panel" aria-labelledby="rates-title">
      <h2 id="rates-title">{label}</h2>
      <ul class="rate-legend">
        {EVENT_TYPES.map((type) => (
          <li key={type} class={`type-${type}`}>
            <span class="swatch" aria-hidden="true" />
            {TYPE_WORDS[type]}
          </li>
        ))}
        <li>
          most in {bucketSeconds} s: {countText(greatest)}
        </li>
      </ul>
      <div class="rate-bars">
        {buckets.map((bucket) => (
          <RateBar key={bucket.start} bucket={bucket} seconds={bucketSeconds} greatest={greatest} />
        ))}
      </div>
      <div class="rate-axis" aria-hidden="true">
        <span>{first === undefined ? '' : shortTime(first.start)}</span>
        <span>now</span>
      </div>
      <ChartTable label={label}>
        {() => (
          <>
            <thead>
              <tr>
                <th scope="col">From</th>
                {EVENT_TYPES.map((type) => (
                  <th key={type} scope="col" class="number">
                    {TYPE_WORDS[type]}
                  </th>
                ))}
                <th scope="col" class="number">
                  metrics
                </th>
              </tr>
            </thead>
            <tbody>
              {buckets.map((bucket) => (
                <tr key={bucket.start}>
                  <th scope="row">
                    <a href={linkTo('events', windowOf(bucket, bucketSeconds))}>{shortTime(bucket.start)}</a>
                  </th>
                  {EVENT_TYPES.map((type) => (
                    <td key={type} class="number">
                      {countText(bucket.events[type])}
                    </td>
                  ))}
                  <td class="number">{countText(bucket.metrics)}</td>
                </tr>
              ))}
            </tbody>
          </>
        )}
      </ChartTable>
    </section>
  );
}

interface RateBarProperties {
  readonly bucket: OverviewBucket;
  readonly seconds: number;
  readonly greatest: number;
}

function RateBar({ bucket, seconds, greatest }: RateBarProperties): VNode {
  const counted = EVENT_TYPES.filter((type) => bucket.events[type] > 0);
  const words = counted.map((type) => `${countText(bucket.events[type])} ${TYPE_WORDS[type]}`).join(', ');
  const title = `${shortTime(bucket.start)}: ${words === '' ? 'none' : words}`;
  return (
    // the table has a link for each bar: a keyboard need not stop at every one of them here
    <a
      class="rate-bar"
      href={linkTo('events', windowOf(bucket, seconds))}
      tabIndex={-1}
      title={title}
      aria-label={title}
    >
      {counted.toReversed().map((type) => (
        <span
          key={type}
          class={`rate-part type-${type}`}
          style={{ height: `${(bucket.events[type] / greatest) * 100}%` }}
        />
      ))}
    </a>
  );
}

function windowOf(
  { start }: OverviewBucket,
  seconds: number,
): { readonly startTime: string; readonly endTime: string } {
  return { startTime: start, endTime: new Date(Date.parse(start) + seconds * 1_000).toISOString() };
}

function shortTime(iso: string): string {
  return timeOfDay(new Date(iso)).slice(0, 8);
}

function totalOf({ events }: OverviewBucket): number {
  return EVENT_TYPES.reduce((sum, type) => sum + events[type], 0);
}
