import {
  type CollectorOptions,
  createOtlpReceiver,
  type OtlpReceiver,
  type OtlpReceiverOptions,
  TelemetryCollector,
  type TelemetryConfigInit,
} from 'rimp-telemetry';

export const open: { shutdown(): Promise<unknown> }[] = [];
/** Ends all receivers and collectors, the last one first. */
export async function endReceivers(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.shutdown();
}

/** A receiver on a free port, and its collector. */
export async function receive(
  options: Partial<OtlpReceiverOptions> = {},
  config: TelemetryConfigInit = {},
  collectorOptions: CollectorOptions = {},
): Promise<{ receiver: OtlpReceiver; collector: TelemetryCollector }> {
  const collector = new TelemetryCollector(config, { includeResource: 'all', ...collectorOptions });
  open.push(collector);
  const receiver = await createOtlpReceiver({ port: 0, ...options, collector });
  open.push(receiver);
  return { receiver, collector };
}
