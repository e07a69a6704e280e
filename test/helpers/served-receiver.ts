import { afterAll, beforeAll } from '@jest/globals';
import { createOtlpReceiver, type OtlpReceiver, type TelemetryCollector } from 'rimp-telemetry';

/** A receiver for all tests of a file, which ends with its collector. */
export function servedReceiver(collector: TelemetryCollector): Pick<OtlpReceiver, 'url' | 'figures'> {
  let receiver: OtlpReceiver;
  beforeAll(async () => {
    receiver = await createOtlpReceiver({ collector, port: 0 });
  });
  afterAll(async () => {
    await receiver.shutdown();
    await collector.shutdown();
  });
  return {
    get url() {
      return receiver.url;
    },
    get figures() {
      return receiver.figures;
    },
  };
}
