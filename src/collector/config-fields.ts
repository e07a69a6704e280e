/** The fields of a configuration. */
export const CONFIG_FIELDS = [
  'enabled',
  'bufferSize',
  'flushInterval',
  'realtimeMode',
  'storageBackend',
  'storagePath',
] as const;

/** Whether a name is one of a configuration's fields. */
export function isConfigField(name: string): boolean {
  return (CONFIG_FIELDS as readonly string[]).includes(name);
}

/** What to do with a name among the options that belongs to the configuration; `undefined` for any other name. */
export function hintForOption(name: string): string | undefined {
  if (!isConfigField(name)) return undefined;
  return `it is a field of the configuration: give it in the first argument, new TelemetryCollector({ ${name} })`;
}
