import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { sourcesInList } from '../events/event-store.js';
import { overview } from '../state/connection.js';
import { conditionsIn, EVENT_TYPES, typesOf, withTypeSwitched } from '../state/filter.js';
import { clearFilter, filter, setFilter } from '../state/location.js';
import type { Route } from '../state/route.js';
import { TYPE_WORDS } from '../ui/type-badge.js';
import { Conditions } from './conditions.js';
import { FilterField } from './filter-field.js';
import { FilterProblem } from './filter-problem.js';
import { SpanChoice } from './span-choice.js';
import { TimeFilter } from './time-filter.js';

type Field = 'types' | 'text' | 'name' | 'service' | 'source' | 'where' | 'time';

/** What each page can be filtered by. */
const FIELDS: Readonly<Record<Route['page'], readonly Field[]>> = {
  overview: [],
  events: ['types', 'text', 'service', 'source', 'where', 'time'],
  traces: ['text', 'service', 'time'],
  trace: [],
  metrics: ['name', 'service', 'time'],
};

/** The filter of the page; on a narrow screen it opens by a button. */
export function FilterBar({ page }: { readonly page: Route['page'] }): VNode | null {
  const isOpen = useSignal(false);
  const fields = FIELDS[page];
  if (fields.length === 0) return null;
  const count = conditionsIn(filter.value);
  const has = (field: Field) => fields.includes(field);
  return (
    <search class="filter-bar" aria-label="Filter">
      <button
        type="button"
        class="button filter-toggle"
        aria-expanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        Filter{count > 0 ? ` (${count})` : ''}
      </button>
      <div class={isOpen.value ? 'filter-fields is-open' : 'filter-fields'}>
        {has('types') && <TypeSwitches />}
        {has('types') && <SpanChoice />}
        {has('text') && <FilterField field="text" label="Text" hint="in messages" />}
        {has('name') && <FilterField field="name" label="Name" hint="any, or http.*" />}
        {has('service') && <FilterField field="service" label="Service" hint="any, or shop*" suggestions={services} />}
        {has('source') && (
          <FilterField field="source" label="Source" hint="any, or cart*" suggestions={sourcesInList} />
        )}
        {has('where') && <FilterField field="where" label="Where" hint="duration_ms > 100" />}
        {has('time') && <TimeFilter />}
      </div>
      <FilterProblem />
      <Conditions />
      {count > 0 && (
        <button type="button" class="button clear-filter" onClick={clearFilter}>
          Clear
        </button>
      )}
    </search>
  );
}

function services(): readonly string[] {
  return (overview.peek()?.services ?? []).map(({ service }) => service).filter((service) => service !== '');
}

function TypeSwitches(): VNode {
  const types = typesOf(filter.value);
  return (
    <fieldset class="type-switches">
      <legend class="visually-hidden">Severity</legend>
      {EVENT_TYPES.map((type) => (
        <button
          type="button"
          key={type}
          class={`type-switch type-${type}`}
          aria-pressed={types.has(type)}
          onClick={() => setFilter(withTypeSwitched(filter.peek(), type))}
        >
          {TYPE_WORDS[type]}
        </button>
      ))}
    </fieldset>
  );
}
