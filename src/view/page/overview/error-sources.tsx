import type { VNode } from 'preact';
import type { Overview } from '../../api-types.js';
import { linkTo } from '../state/location.js';
import { HeadRow } from '../ui/head-row.js';
import { countText } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';

/** The sources with most errors; a click lists those errors. */
export function ErrorSources({ counts }: { readonly counts: Overview }): VNode {
  const { errorsBySource } = counts;
  const others = counts.errors - errorsBySource.reduce((sum, { count }) => sum + count, 0);
  const most = errorsBySource.reduce((greatest, { count }) => Math.max(greatest, count), 1);
  return (
    <section class="card panel" aria-labelledby="errors-title">
      <h2 id="errors-title">Errors by source, since the start</h2>
      {errorsBySource.length === 0 ? (
        <p>No error has come.</p>
      ) : (
        <table class="table">
          <HeadRow of={['Source', ['Errors', 'number'], ['Last', 'number']]} />
          <tbody>
            {errorsBySource.map(({ source, count, last }) => (
              <tr key={source}>
                <td>
                  <a href={linkTo('events', { source, eventTypes: 'error' })}>
                    <Text of={source} longest={100} />
                  </a>
                  <span class="share-bar" aria-hidden="true" style={{ width: `${(count / most) * 100}%` }} />
                </td>
                <td class="number is-lost">{countText(count)}</td>
                <td class="number">
                  <Time iso={last} />
                </td>
              </tr>
            ))}
            {others > 0 && (
              <tr>
                <td class="muted">(all others)</td>
                <td class="number is-lost">{countText(others)}</td>
                <td />
              </tr>
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}
