import type { VNode } from 'preact';
import type { LedgerLine, Overview } from '../../api-types.js';
import { hello } from '../state/connection.js';
import { countText, rateText } from '../ui/number-format.js';
import { agoOf } from '../ui/time-format.js';
import { lostOf } from './lost.js';
import { bucketsSince, countOf, minutesOf } from './rate-model.js';

/** The most important numbers, large. */
export function Figures({ counts }: { readonly counts: Overview }): VNode {
  const { events, metrics, spans, errors, eventsPerSecond, metricsPerSecond, spansPerSecond, ledgers } = counts;
  const buckets = bucketsSince(counts);
  const errorsLately = buckets.reduce((sum, bucket) => sum + countOf(bucket, 'error'), 0);
  const lost = ledgers.reduce((most, ledger: LedgerLine) => Math.max(most, lostOf(ledger)), 0);
  const version = hello.value?.version ?? '';
  const since = agoOf(Math.max(0, Date.parse(counts.time) - Date.parse(counts.startedAt)));
  return (
    <dl class="figures">
      <Figure name="Events" value={countText(events)} note={rateText(eventsPerSecond)} />
      <Figure name="Metrics" value={countText(metrics)} note={rateText(metricsPerSecond)} />
      <Figure name="Spans" value={countText(spans)} note={rateText(spansPerSecond)} />
      <Figure
        name="Errors (events, spans)"
        value={countText(errors)}
        note={`${countText(errorsLately)} in the last ${minutesOf(buckets, counts)}`}
        isBad={errors > 0}
      />
      <Figure
        name="Lost"
        value={countText(lost)}
        note={lost > 0 ? 'reasons below' : 'since the start'}
        isBad={lost > 0}
      />
      <Figure name="Running" value={since.replace(' ago', '')} note={`version ${version}`} />
    </dl>
  );
}

interface FigureProperties {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly isBad?: boolean;
}

function Figure({ name, value, note, isBad = false }: FigureProperties): VNode {
  return (
    <div class="figure panel">
      <dt>{name}</dt>
      <dd class={isBad ? 'figure-value is-lost' : 'figure-value'}>{value}</dd>
      <dd class="figure-note">{note}</dd>
    </div>
  );
}
