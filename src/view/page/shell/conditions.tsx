import type { VNode } from 'preact';
import { type Filter, type FilterChange, whereOf } from '../state/filter.js';
import { filter, setFilter } from '../state/location.js';
import { refusal } from '../state/refusal.js';
import { Text } from '../ui/text.js';
import { visibleText } from '../ui/visible-text.js';

interface Condition {
  readonly field: keyof Filter;
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
      {conditions.map(({ field, label, value, without }) => (
        <li key={`${label} ${value}`} class={isRefused(field, value) ? 'condition is-refused' : 'condition'}>
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
function isRefused(field: keyof Filter, value: string): boolean {
  if (refusal.value?.field !== field) return false;
  return field !== 'where' || refusal.value.where === value;
}

function conditionsOf(): Condition[] {
  const { traceId, pattern, minSeverity } = filter.value;
  const where = whereOf(filter.value);
  const found: Condition[] = [];
  if (traceId !== undefined) found.push({ field: 'traceId', label: 'trace', value: traceId, without: { traceId: '' } });
  if (pattern !== undefined)
    found.push({ field: 'pattern', label: 'pattern', value: pattern, without: { pattern: '' } });
  if (minSeverity !== undefined)
    found.push({ field: 'minSeverity', label: 'severity from', value: minSeverity, without: { minSeverity: '' } });
  for (const text of where)
    found.push({
      field: 'where',
      label: 'where',
      value: text,
      without: { where: where.filter((other) => other !== text) },
    });
  return found;
}
