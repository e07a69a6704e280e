import type { VNode } from 'preact';
import type { LedgerLine } from '../../api-types.js';
import { hello } from '../state/connection.js';
import { HeadRow } from '../ui/head-row.js';
import { countText } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { lostOf } from './lost.js';

/** Where every item went: `accepted = delivered + queued + lost`, a line for the collector and each sink. */
export function Ledgers({ ledgers }: { readonly ledgers: readonly LedgerLine[] }): VNode {
  return (
    <section class="card card-wide panel" aria-labelledby="ledgers-title">
      <h2 id="ledgers-title">Where every item went</h2>
      <StoredIn />
      {ledgers.length === 0 ? (
        <p>There is no ledger: what is shown was recorded before.</p>
      ) : (
        <table class="table ledger-table">
          <HeadRow
            of={['To', ['Accepted', 'number'], ['Delivered', 'number'], ['Queued', 'number'], ['Lost', 'number']]}
          />
          <tbody>
            {ledgers.map((ledger) => (
              <LedgerRow key={ledger.name} ledger={ledger} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function StoredIn(): VNode | null {
  const { hasHistory, storedIn } = hello.value ?? {};
  if (storedIn !== undefined)
    return (
      <p class="ledger-place">
        Kept in{' '}
        <code>
          <Text of={storedIn} longest={300} />
        </code>
      </p>
    );
  return hasHistory === false ? (
    <p class="ledger-place">Nothing is kept: this page shows what comes while it is open.</p>
  ) : null;
}

function LedgerRow({ ledger }: { readonly ledger: LedgerLine }): VNode {
  const { name, accepted, delivered, queued, dropped, note } = ledger;
  const lost = lostOf(ledger);
  const reasons = dropped.filter(({ count }) => count > 0);
  return (
    <tr>
      <td>
        <Text of={name} longest={200} />
        {reasons.length > 0 && (
          <ul class="ledger-reasons">
            {reasons.map(({ reason, count, words }) => (
              <li key={reason} title={reason}>
                {countText(count)} lost: <Text of={words} longest={500} />
              </li>
            ))}
          </ul>
        )}
        {note !== undefined && (
          <p class="ledger-note">
            Before it came here: <Text of={note} longest={500} />
          </p>
        )}
      </td>
      <td class="number">{countText(accepted)}</td>
      <td class="number">{countText(delivered)}</td>
      <td class="number">{countText(queued)}</td>
      <td class="number">
        {lost > 0 ? <span class="is-lost">{countText(lost)}</span> : <span class="is-fine">none</span>}
      </td>
    </tr>
  );
}
