import type { VNode } from 'preact';
import type { Overview } from '../../api-types.js';
import { linkTo } from '../state/location.js';
import { HeadRow } from '../ui/head-row.js';
import { countText } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';

/** Services by what came of them; a click lists a service's events. */
export function Services({ counts }: { readonly counts: Overview }): VNode {
  const { services, otherServices } = counts;
  return (
    <section class="card panel" aria-labelledby="services-title">
      <h2 id="services-title">Services, since the start</h2>
      {services.length === 0 ? (
        <p>No item names its service.</p>
      ) : (
        <table class="table">
          <HeadRow
            of={[
              'Service',
              ['Events', 'number'],
              ['Spans', 'number'],
              ['Errors', 'number'],
              ['Metrics', 'number if-wide'],
              ['Last', 'number if-wide'],
            ]}
          />
          <tbody>
            {services.map(({ service, events, spans, errors, metrics, last }) => (
              <tr key={service}>
                <td>
                  {service === '' ? (
                    <span class="muted">(no service)</span>
                  ) : (
                    <a href={linkTo('events', { service })}>
                      <Text of={service} longest={100} />
                    </a>
                  )}
                </td>
                <td class="number">{countText(events)}</td>
                <td class="number">
                  {spans === 0 || service === '' ? (
                    countText(spans)
                  ) : (
                    <a href={linkTo('traces', { service })}>{countText(spans)}</a>
                  )}
                </td>
                <td class="number">
                  {errors === 0 ? (
                    '0'
                  ) : (
                    <a class="is-lost" href={linkTo('events', { service, eventTypes: 'error' })}>
                      {countText(errors)}
                    </a>
                  )}
                </td>
                <td class="number if-wide">{countText(metrics)}</td>
                <td class="number if-wide">
                  <Time iso={last} />
                </td>
              </tr>
            ))}
            {otherServices !== undefined && (
              <tr>
                <td class="muted">(all others)</td>
                <td class="number">{countText(otherServices.events)}</td>
                <td class="number">{countText(otherServices.spans)}</td>
                <td class="number">{countText(otherServices.errors)}</td>
                <td class="number if-wide">{countText(otherServices.metrics)}</td>
                <td class="number if-wide">
                  <Time iso={otherServices.last} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </section>
  );
}
