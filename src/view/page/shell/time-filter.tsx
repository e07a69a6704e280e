import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { filter, setFilter } from '../state/location.js';
import { fromLocalInput, toLocalInput } from '../ui/time-format.js';
import { problemOf } from './filter-problem.js';

const SPANS: readonly (readonly [string, string])[] = [
  ['', 'Any time'],
  ['5m', 'Last 5 minutes'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['6h', 'Last 6 hours'],
  ['1d', 'Last day'],
  ['7d', 'Last 7 days'],
];
const CUSTOM = 'custom';

/** The window of time: one of the usual ones, or one from here to there, which charts and moments set as well. */
export function TimeFilter(): VNode {
  const { startTime = '', endTime = '' } = filter.value;
  const wantsCustom = useSignal(false);
  const isUsual = endTime === '' && SPANS.some(([value]) => value === startTime);
  const isCustom = !isUsual || wantsCustom.value;
  const onChange = (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement;
    wantsCustom.value = value === CUSTOM;
    if (value !== CUSTOM) setFilter({ startTime: value, endTime: '' });
  };
  return (
    <>
      <label class="field field-time">
        <span>Time</span>
        <select value={isCustom ? CUSTOM : startTime} onChange={onChange}>
          {SPANS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
          <option value={CUSTOM}>From … to …</option>
        </select>
      </label>
      {isCustom && (
        <TimeInput label="From" field="startTime" value={startTime} set={(time) => setFilter({ startTime: time })} />
      )}
      {isCustom && (
        <TimeInput label="To" field="endTime" value={endTime} set={(time) => setFilter({ endTime: time })} />
      )}
    </>
  );
}

interface TimeInputProperties {
  readonly label: string;
  readonly field: 'startTime' | 'endTime';
  /** ISO 8601, or an expression such as `90m`, which only a URL can hold. */
  readonly value: string;
  readonly set: (iso: string) => void;
}

/** A time of the reader's zone. */
function TimeInput({ label, field, value, set }: TimeInputProperties): VNode {
  const local = toLocalInput(value);
  return (
    <label class="field">
      <span>{label}</span>
      {local === undefined && <span class="time-expression">{value}</span>}
      <input
        class="time-input"
        {...problemOf(field)}
        type="datetime-local"
        step="1"
        value={local ?? ''}
        onChange={(event) => set(fromLocalInput(event.currentTarget.value))}
      />
    </label>
  );
}
