import type { VNode } from 'preact';
import type { EventType } from '../../../model/event-type.js';
import type { PatternLine, Patterns } from '../../api-types.js';
import { hello } from '../state/connection.js';
import { conditionsIn, EVENT_TYPES } from '../state/filter.js';
import { filter, goTo, linkTo } from '../state/location.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { ClearFilter, isLoaded, NotLoaded } from '../ui/not-loaded.js';
import { NotUpToDate } from '../ui/not-up-to-date.js';
import { usePolled } from '../ui/polled.js';
import { Sparkline } from '../ui/sparkline.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';
import { TypeBadge } from '../ui/type-badge.js';

/** Similar messages, counted; a click lists those of one pattern. */
export function PatternsTab(): VNode {
  const { answer, problem } = usePolled<Patterns>('patterns', { ...filter.value });
  const found = answer.value;
  if (!isLoaded(found, problem.value)) return <NotLoaded what="The patterns" problem={problem.value} />;
  if (hello.value === undefined) return <EmptyState title="Loading…" />;
  if (found.patterns.length === 0) return <NoPatterns />;
  return <PatternTable found={found} problem={problem.value} />;
}

function NoPatterns(): VNode {
  if (conditionsIn(filter.value) > 0)
    return (
      <EmptyState title="No event matches the filter">
        <ClearFilter />
      </EmptyState>
    );
  return (
    <EmptyState title="No messages to group">
      <EndpointLine />
    </EmptyState>
  );
}

interface PatternTableProperties {
  readonly found: Patterns;
  /** Why the counts are not up to date; `''` if they are. */
  readonly problem: string;
}

function PatternTable({ found, problem }: PatternTableProperties): VNode {
  const { patterns, events, others, cut } = found;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div class="pattern-scroller" tabIndex={0} role="region" aria-label="Patterns">
      <table class="pattern-table">
        <caption>
          {patterns.length} patterns in {events.toLocaleString('en-GB')} events
          {others > 0 && `; ${others.toLocaleString('en-GB')} in groups that are not shown`}
          {cut && '; older events were not read'}
          <NotUpToDate problem={problem} />
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              Count
            </th>
            <th scope="col">Over time</th>
            <th scope="col">Type</th>
            <th scope="col">Pattern</th>
            <th scope="col">Source</th>
            <th scope="col">Last</th>
          </tr>
        </thead>
        <tbody>
          {patterns.map((pattern) => (
            <PatternRow key={pattern.pattern} pattern={pattern} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PatternRow({ pattern: line }: { readonly pattern: PatternLine }): VNode {
  const { pattern, count, byType, sources, last, example, sparkline } = line;
  const link = linkTo('events', { ...filter.value, pattern });
  const type = worstOf(byType);
  return (
    <tr class={`type-${type}`} onClick={() => goTo(link)}>
      <td class="number">{count.toLocaleString('en-GB')}</td>
      <td>
        <Sparkline values={sparkline} label={`Counts over time of ${count} events`} />
      </td>
      <td>
        <TypeBadge type={type} />
      </td>
      <td class="pattern-text">
        <a href={link}>
          <Text of={pattern} longest={500} />
        </a>
        <span class="pattern-example">
          <Text of={example} longest={300} />
        </span>
      </td>
      <td class="pattern-source">
        <Text of={sources[0] ?? ''} longest={100} />
        {sources.length > 1 && <span class="muted"> +{sources.length - 1}</span>}
      </td>
      <td class="pattern-last">
        <Time iso={last} />
      </td>
    </tr>
  );
}

function worstOf(byType: PatternLine['byType']): EventType {
  return EVENT_TYPES.findLast((type) => (byType[type] ?? 0) > 0) ?? 'info';
}
