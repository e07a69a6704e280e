import type { VNode } from 'preact';
import { filter, linkTo } from '../state/location.js';
import { Text } from '../ui/text.js';
import { list, version } from './event-store.js';
import { historyProblem, historyState, loadOlder } from './history.js';

/** What stands above the oldest event, if that is not simply the first one. */
export function HistoryNotice(): VNode | null {
  switch (historyState.value) {
    case 'loading':
      return <div class="history-notice">Loading older events…</div>;
    case 'failed':
      return (
        <div class="history-notice is-failed" role="alert">
          Older events could not be loaded: <Text of={historyProblem.value} longest={300} />{' '}
          <button type="button" class="button" onClick={() => void loadOlder()}>
            Try again
          </button>
        </div>
      );
    case 'vain':
      return (
        <div class="history-notice">
          Many older events were searched, and none matches.{' '}
          <button type="button" class="button" onClick={() => void loadOlder()}>
            Search further back
          </button>
        </div>
      );
    case 'full':
      return <FullNotice />;
    default:
      return null;
  }
}

function FullNotice(): VNode | null {
  void version.value;
  const oldest = list.at(list.find(0, 1, () => true));
  if (oldest?.kind !== 'event') return null;
  const link = linkTo('events', { ...filter.value, endTime: oldest.event.data.timestamp });
  return (
    <div class="history-notice">
      The list is full. <a href={link}>Show what was before its oldest event</a>
    </div>
  );
}
