import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { whereOf } from '../state/filter.js';
import { filter, setFilter } from '../state/location.js';
import { problemOf } from './filter-problem.js';

/** How long after the last key a text becomes the filter. */
const PAUSE_MILLIS = 300;

interface FilterFieldProperties {
  /** `where` adds a condition at Enter; the others are the condition. */
  readonly field: 'text' | 'name' | 'service' | 'source' | 'where';
  readonly label: string;
  readonly hint: string;
  /** Values to choose from, asked for when the input gets the focus. */
  readonly suggestions?: () => readonly string[];
}

/** One input of the filter bar. */
export function FilterField({ field, label, hint, suggestions }: FilterFieldProperties): VNode {
  const outside = field === 'where' ? '' : (filter.value[field] ?? '');
  const typed = useSignal(outside);
  const choices = useSignal<readonly string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // a link or the "back" button changes the filter as well
  useEffect(() => {
    typed.value = outside;
  }, [outside]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const apply = () => {
    clearTimeout(timer.current);
    const value = typed.peek().trim();
    if (field !== 'where') setFilter({ [field]: value }, 'replace');
    else if (value !== '') {
      setFilter({ where: [...new Set([...whereOf(filter.peek()), value])] });
      typed.value = '';
    }
  };
  const onInput = (event: Event) => {
    typed.value = (event.currentTarget as HTMLInputElement).value;
    clearTimeout(timer.current);
    if (field !== 'where') timer.current = setTimeout(apply, PAUSE_MILLIS);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') apply();
    else if (event.key === 'Escape') {
      // a browser would clear the input
      event.preventDefault();
      (event.currentTarget as HTMLInputElement).blur();
    }
  };
  return (
    <label class={`field field-${field}`}>
      <span>{label}</span>
      <input
        id={`f-${field}`}
        {...problemOf(field)}
        type="search"
        autocomplete="off"
        spellcheck={false}
        placeholder={hint}
        list={suggestions === undefined ? undefined : `l-${field}`}
        value={typed.value}
        onFocus={() => {
          choices.value = suggestions?.() ?? [];
        }}
        onInput={onInput}
        onKeyDown={onKeyDown}
      />
      {suggestions !== undefined && (
        <datalist id={`l-${field}`}>
          {choices.value.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </label>
  );
}
