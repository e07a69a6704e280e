import type { VNode } from 'preact';
import type { Overview } from '../../api-types.js';
import { linkTo } from '../state/location.js';
import { ChartTable } from '../ui/chart-table.js';
import { countText } from '../ui/number-format.js';
import { timeOfDay } from '../ui/time-format.js';
import {
  bucketsSince,
  countOf,
  LEGEND_WORDS,
  minutesOf,
  PART_WORDS,
  PARTS,
  type RateBucket,
  totalOf,
} from './rate-model.js';

/** Events and spans of the last minutes, errors of both together; a click on a bar lists those of its time. */
export function RateChart({ counts }: { readonly counts: Overview }): VNode {
  const { bucketSeconds } = counts;
  const buckets = bucketsSince(counts);
  const greatest = buckets.reduce((most, bucket) => Math.max(most, totalOf(bucket)), 0);
  const label = `What came in the last ${minutesOf(buckets, counts)}`;
  const first = buckets[0];
  return (
    <section class="card card-wide panel" aria-labelledby="rates-title">
      <h2 id="rates-title">{label}</h2>
      <ul class="rate-legend">
        {PARTS.map((part) => (
          <li key={part} class={`type-${part}`}>
            <span class="swatch" aria-hidden="true" />
            {LEGEND_WORDS[part]}
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
                {PARTS.map((part) => (
                  <th key={part} scope="col" class="number">
                    {LEGEND_WORDS[part]}
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
                  {PARTS.map((part) => (
                    <td key={part} class="number">
                      {countText(countOf(bucket, part))}
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
  readonly bucket: RateBucket;
  readonly seconds: number;
  readonly greatest: number;
}

function RateBar({ bucket, seconds, greatest }: RateBarProperties): VNode {
  const present = PARTS.filter((part) => countOf(bucket, part) > 0);
  const words = present.map((part) => `${countText(countOf(bucket, part))} ${PART_WORDS[part]}`).join(', ');
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
      {present.map((part) => (
        <span
          key={part}
          class={`rate-part type-${part}`}
          style={{ height: `${(countOf(bucket, part) / greatest) * 100}%` }}
        />
      ))}
    </a>
  );
}

function windowOf({ start }: RateBucket, seconds: number): { readonly startTime: string; readonly endTime: string } {
  return { startTime: start, endTime: new Date(Date.parse(start) + seconds * 1_000).toISOString() };
}

function shortTime(iso: string): string {
  return timeOfDay(new Date(iso)).slice(0, 8);
}
