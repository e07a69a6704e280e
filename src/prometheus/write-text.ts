import type { Buckets, Family } from './family.js';

/** `openmetrics`: OpenMetrics 1.0; `text`: Prometheus's text format 0.0.4. */
export type Format = 'openmetrics' | 'text';

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

/** Writes families as a scrape is answered. */
export function writeFamilies(families: readonly Family[], format: Format): string {
  const parts: string[] = [];
  for (const family of families) if (family.series.size > 0) writeFamily(parts, family, format);
  if (format === 'openmetrics') parts.push('# EOF\n');
  return parts.join('');
}

function writeFamily(parts: string[], { name, type, unit, help, series }: Family, format: Format): void {
  const sample = type === 'counter' ? `${name}_total` : name;
  // OpenMetrics describes the family, the older format its samples
  const described = format === 'openmetrics' ? name : sample;
  parts.push(`# TYPE ${described} ${type}\n`);
  if (format === 'openmetrics' && unit !== '') parts.push(`# UNIT ${described} ${unit}\n`);
  if (help !== '') parts.push(`# HELP ${described} ${escapeHelp(help, format)}\n`);
  for (const { labels, value, histogram } of series.values()) {
    if (histogram !== undefined) writeHistogram(parts, name, labels, histogram);
    else parts.push(sample, labels === '' ? '' : `{${labels}}`, ` ${numberText(value)}\n`);
  }
}

function writeHistogram(parts: string[], name: string, labels: string, { bounds, counts, sum, count }: Buckets): void {
  const before = labels === '' ? '' : `${labels},`;
  const all = labels === '' ? '' : `{${labels}}`;
  let below = 0;
  bounds.forEach((bound, index) => {
    below += counts[index] ?? 0;
    parts.push(`${name}_bucket{${before}le="${numberText(bound)}"} ${below}\n`);
  });
  parts.push(`${name}_bucket{${before}le="+Inf"} ${count}\n`);
  parts.push(`${name}_sum${all} ${numberText(sum)}\n${name}_count${all} ${count}\n`);
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function escapeHelp(text: string, format: Format): string {
  const escaped = text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
