import type { VNode } from 'preact';
import { filter, setFilter } from '../state/location.js';
import { dayOf, timeOfDay } from '../ui/time-format.js';

const SPANS: readonly (readonly [string, string])[] = [
  ['', 'Any time'],
  ['5m', 'Last 5 minutes'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['6h', 'Last 6 hours'],
  ['1d', 'Last day'],
  ['7d', 'Last 7 days'],
];

/** The window of time: one of the usual ones, or the one that a chart or a moment has set. */
export function TimeFilter(): VNode {
  const { startTime = '', endTime = '' } = filter.value;
  const isUsual = endTime === '' && SPANS.some(([value]) => value === startTime);
  const onChange = (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement;
    if (value !== 'set') setFilter({ startTime: value, endTime: '' });
  };
  return (
    <label class="field field-time">
      <span>Time</span>
      <select value={isUsual ? startTime : 'set'} onChange={onChange}>
        {SPANS.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
        {!isUsual && <option value="set">{windowText(startTime, endTime)}</option>}
      </select>
    </label>
  );
}

function windowText(start: string, end: string): string {
  if (end === '') return `From ${timeText(start)}`;
  if (start === '') return `Until ${timeText(end)}`;
  const [from, to] = [timeText(start), timeText(end)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
}

function timeText(text: string): string {
  const date = new Date(text);
  return /^\d{4}-/.test(text) && !Number.isNaN(date.getTime()) ? `${dayOf(date)} ${timeOfDay(date)}` : text;
}
