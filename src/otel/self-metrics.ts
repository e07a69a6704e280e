import type { LedgerFigures } from '../pipeline/counters.js';
import type { MeterProvider } from './sdk-types.js';

/** The instrumentation scope of what the library measures of itself. */
export const SELF_SCOPE = 'rimp-telemetry';

/** Shows a collector's counters as OpenTelemetry metrics. */
export class SelfMetrics {
  readonly #health: () => LedgerFigures & { readonly sinks: Readonly<Record<string, LedgerFigures>> };
  #provider: MeterProvider | undefined;

  constructor(health: () => LedgerFigures & { readonly sinks: Readonly<Record<string, LedgerFigures>> }) {
    this.#health = health;
  }

  /** Makes the instruments, once for each provider. */
  observe(provider: MeterProvider | undefined): void {
    if (provider === undefined || provider === this.#provider) return;
    this.#provider = provider;
    const meter = provider.getMeter(SELF_SCOPE);
    const accepted = meter.createObservableCounter('rimp.items.accepted', {
      unit: '{item}',
      description: 'Items taken in.',
    });
    const delivered = meter.createObservableCounter('rimp.items.delivered', {
      unit: '{item}',
      description: 'Items handed on.',
    });
    const dropped = meter.createObservableCounter('rimp.items.dropped', { unit: '{item}', description: 'Items lost.' });
    const queued = meter.createObservableGauge('rimp.items.queued', {
      unit: '{item}',
      description: 'Items that wait.',
    });
    meter.addBatchObservableCallback(
      (result) => {
        for (const [sink, figures] of Object.entries(this.#health().sinks)) {
          result.observe(accepted, figures.accepted, { sink });
          result.observe(delivered, figures.delivered, { sink });
          result.observe(queued, figures.queued, { sink });
          for (const [reason, count] of Object.entries(figures.dropped))
            result.observe(dropped, count, { sink, reason });
        }
      },
      [accepted, delivered, dropped, queued],
    );
  }
}
