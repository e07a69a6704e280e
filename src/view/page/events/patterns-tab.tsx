import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import type { EventType } from '../../../model/event-type.js';
import type { PatternLine, Patterns } from '../../api-types.js';
import { getJson } from '../api/request.js';
import { hello } from '../state/connection.js';
import { EVENT_TYPES } from '../state/filter.js';
import { filter, goTo, linkTo } from '../state/location.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { Sparkline } from '../ui/sparkline.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';
import { TypeBadge } from '../ui/type-badge.js';

/** How often the groups are counted anew while they are shown. */
const REFRESH_MILLIS = 5_000;

const answer = signal<Patterns | undefined>(undefined);
const problem = signal('');

/** Similar messages, counted; a click lists those of one pattern. */
export function PatternsTab(): VNode {
  const asked = filter.value;
  useEffect(() => {
    const aborted = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      try {
        answer.value = await getJson<Patterns>('patterns', { ...asked }, aborted.signal);
        problem.value = '';
      } catch (error) {
        if (aborted.signal.aborted) return;
        problem.value = error instanceof Error ? error.message : String(error);
      }
      if (!aborted.signal.aborted) timer = setTimeout(() => void load(), REFRESH_MILLIS);
    };
    void load();
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [asked]);

  const found = answer.value;
  if (problem.value !== '')
    return (
      <EmptyState title="The patterns could not be loaded">
        <p role="alert">
          <Text of={problem.value} longest={500} />
        </p>
      </EmptyState>
    );
  if (found === undefined || hello.value === undefined) return <EmptyState title="Loading…" />;
  if (found.patterns.length === 0)
    return (
      <EmptyState title="No messages to group">
        <EndpointLine />
      </EmptyState>
    );
  return <PatternTable found={found} />;
}

function PatternTable({ found }: { readonly found: Patterns }): VNode {
  const { patterns, events, others, cut } = found;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div class="pattern-scroller" tabIndex={0} role="region" aria-label="Patterns">
      <table class="pattern-table">
        <caption>
          {patterns.length} patterns in {events.toLocaleString('en-GB')} events
          {others > 0 && `; ${others.toLocaleString('en-GB')} in groups that are not shown`}
          {cut && '; older events were not read'}
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
