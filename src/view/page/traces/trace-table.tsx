import type { VNode } from 'preact';
import type { TraceLine } from '../../api-types.js';
import { filter, goTo, linkTo } from '../state/location.js';
import { HeadRow } from '../ui/head-row.js';
import { countText } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';
import { dayOf, durationText } from '../ui/time-format.js';

export function TraceTable({ traces }: { readonly traces: readonly TraceLine[] }): VNode {
  const longest = traces.reduce((most, { durationMillis }) => Math.max(most, durationMillis), 0);
  return (
    <div class="table-scroller" tabIndex={0} role="region" aria-label="Traces">
      <table class="table trace-table">
        <caption class="visually-hidden">Traces: a click opens one</caption>
        <HeadRow
          of={[
            'Started',
            'Name',
            'Service',
            'Duration',
            ['Spans', 'number'],
            ['Events', 'number'],
            ['Errors', 'number'],
          ]}
        />
        <tbody>
          {traces.map((trace) => (
            <TraceRow key={trace.traceId} trace={trace} longest={longest} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function TraceRow({ trace, longest }: { readonly trace: TraceLine; readonly longest: number }): VNode {
  const { traceId, name, service, start, durationMillis, spans, events, errors, cut = false } = trace;
  const { startTime, endTime } = filter.value;
  const link = linkTo({ page: 'trace', traceId }, { startTime, endTime });
  const isToday = dayOf(new Date(start)) === dayOf(new Date());
  return (
    <tr class={errors > 0 ? 'has-errors' : undefined} onClick={() => goTo(link)}>
      <td class="trace-start">
        <Time iso={start} withDay={!isToday} />
      </td>
      <td class="trace-name">
        <a href={link} onClick={(event) => event.stopPropagation()}>
          <Text of={name === '' ? '(no name)' : name} longest={300} />
        </a>
      </td>
      <td class="trace-service">
        <Text of={service} longest={100} />
      </td>
      <td class="trace-duration">
        <span class="duration-text">{durationText(durationMillis)}</span>
        <span class="duration-lane" aria-hidden="true">
          <span
            class="duration-bar"
            style={{ width: `${longest > 0 ? Math.max(0.5, (durationMillis / longest) * 100) : 0}%` }}
          />
        </span>
      </td>
      <td class="number trace-spans" title={cut ? 'At least: not all of it was read. Open it to see all.' : undefined}>
        {countText(spans)}
        {cut && '+'}
      </td>
      <td class="number trace-events">{events === 0 ? '' : countText(events)}</td>
      <td class="number trace-errors">{errors > 0 && <span class="badge type-error">{countText(errors)}</span>}</td>
    </tr>
  );
}
