import type { VNode } from 'preact';
import type { AnyValue } from '../../../model/any-value.js';
import { whereEquals, whereOf } from '../state/filter.js';
import { filter, setFilter } from '../state/location.js';
import { Text } from '../ui/text.js';
import { visibleText } from '../ui/visible-text.js';

type Place = 'metadata' | 'resource';

interface ValueTreeProperties {
  readonly title: string;
  readonly value: AnyValue;
  /** Where its keys are looked for by a filter; without it none is offered. */
  readonly place?: Place;
}

/** Entries of one map or list that are shown at most. */
const MOST_ENTRIES = 500;
/** Depth down to which maps and lists are open. */
const OPEN_DEPTH = 3;

/** A map, a list or a value as a tree that opens and closes. */
export function ValueTree({ title, value, place }: ValueTreeProperties): VNode {
  return (
    <section class="tree">
      <h2>{title}</h2>
      <Branch value={value} path="" place={place} depth={0} />
    </section>
  );
}

interface BranchProperties {
  readonly value: AnyValue;
  readonly path: string;
  readonly place: Place | undefined;
  readonly depth: number;
}

function Branch({ value, path, place, depth }: BranchProperties): VNode {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} path={path} place={place} />;
  const entries = Object.entries(value as Readonly<Record<string, AnyValue>>);
  const inList = Array.isArray(value);
  return (
    <ul>
      {entries.length === 0 && <li class="muted">{inList ? '(empty list)' : '(empty)'}</li>}
      {entries.slice(0, MOST_ENTRIES).map(([key, inner]) => (
        <Entry
          key={key}
          name={key}
          value={inner}
          path={path === '' ? key : `${path}.${key}`}
          // a filter has no name for an element of a list
          place={inList ? undefined : place}
          depth={depth}
        />
      ))}
      {entries.length > MOST_ENTRIES && <li class="muted">… and {entries.length - MOST_ENTRIES} more</li>}
    </ul>
  );
}

function Entry({ name, value, ...rest }: BranchProperties & { readonly name: string }): VNode {
  if (typeof value !== 'object' || value === null)
    return (
      <li class="tree-leaf">
        <span class="tree-key">
          <Text of={name} longest={300} />
        </span>
        <Leaf value={value} {...rest} />
      </li>
    );
  const count = Object.keys(value).length;
  return (
    <li>
      <details open={rest.depth < OPEN_DEPTH && count <= 50}>
        <summary>
          <span class="tree-key">
            <Text of={name} longest={300} />
          </span>{' '}
          <span class="muted">{Array.isArray(value) ? `[${count}]` : `{${count}}`}</span>
        </summary>
        <Branch value={value} {...rest} depth={rest.depth + 1} />
      </details>
    </li>
  );
}

function Leaf({ value, path, place }: Omit<BranchProperties, 'depth'>): VNode {
  const condition =
    place === undefined || value === null || typeof value === 'object' ? undefined : whereEquals(place, path, value);
  return (
    <span class="tree-value">
      <span class={`value-${value === null ? 'null' : typeof value}`}>
        <Text of={typeof value === 'object' ? JSON.stringify(value) : String(value)} />
      </span>
      {condition !== undefined && (
        <button
          type="button"
          class="filter-by"
          aria-label={`Filter by ${visibleText(path)}`}
          title="Filter by this value"
          onClick={() => setFilter({ where: [...new Set([...whereOf(filter.peek()), condition])] })}
        >
          =
        </button>
      )}
    </span>
  );
}
