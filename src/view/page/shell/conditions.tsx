import type { VNode } from 'preact';
import { type FilterChange, whereOf } from '../state/filter.js';
import { filter, setFilter } from '../state/location.js';
import { refusal } from '../state/refusal.js';
import { Text } from '../ui/text.js';
import { visibleText } from '../ui/visible-text.js';

/** Characters of a condition that are looked for in the server's answer, which has its beginning. */
const REFUSED_LENGTH = 40;

interface Condition {
  readonly label: string;
  readonly value: string;
  readonly without: FilterChange;
}

/** Conditions that have no input of their own, each with a button that takes it away. */
export function Conditions(): VNode | null {
  const conditions = conditionsOf();
  if (conditions.length === 0) return null;
  return (
    <ul class="conditions" aria-label="Conditions">
      {conditions.map(({ label, value, without }) => (
        <li key={`${label} ${value}`} class={isRefused(value) ? 'condition is-refused' : 'condition'}>
          <span class="condition-label">{label}</span>{' '}
          <span class="condition-value" title={visibleText(value)}>
            <Text of={value} longest={60} />
          </span>
          <button type="button" aria-label={`Remove ${label} ${visibleText(value)}`} onClick={() => setFilter(without)}>
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Whether the server does not take a condition: of several expressions its answer names the one. */
function isRefused(value: string): boolean {
  return refusal.value?.text.includes(value.slice(0, REFUSED_LENGTH)) === true;
}

function conditionsOf(): Condition[] {
  const { traceId, pattern, minSeverity } = filter.value;
  const where = whereOf(filter.value);
  const found: Condition[] = [];
  if (traceId !== undefined) found.push({ label: 'trace', value: traceId, without: { traceId: '' } });
  if (pattern !== undefined) found.push({ label: 'pattern', value: pattern, without: { pattern: '' } });
  if (minSeverity !== undefined)
    found.push({ label: 'severity from', value: minSeverity, without: { minSeverity: '' } });
  for (const text of where)
    found.push({ label: 'where', value: text, without: { where: where.filter((other) => other !== text) } });
  return found;
}
