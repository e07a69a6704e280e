import { counted } from '../format.js';

/** One thing that the doctor looked at. */
export interface Finding {
  /** Stable name of the check. */
  readonly id: string;
  /** `error`: something does not work; `warning`: something will surprise. */
  readonly level: 'ok' | 'warning' | 'error';
  /** What was found. */
  readonly what: string;
  /** Why it matters; absent if all is well. */
  readonly why?: string;
  /** The line that mends it; absent if all is well. */
  readonly fix?: string;
}

/** A finding that all is well. */
export function ok(id: string, what: string): Finding {
  return { id, level: 'ok', what };
}

/** Findings as lines for people. */
export function render(findings: readonly Finding[], colours: boolean): string {
  const paint = (code: string, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const marks = { ok: paint('32', 'ok     '), warning: paint('33', 'warning'), error: paint('31', 'error  ') };
  const lines: string[] = [];
  for (const { id, level, what, why, fix } of findings) {
    lines.push(`${marks[level]}  ${id}: ${what}`);
    if (why !== undefined) lines.push(`         why: ${why}`);
    if (fix !== undefined) lines.push(`         fix: ${fix}`);
  }
  const count = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  lines.push(
    '',
    `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('ok'), 'check')} passed`,
  );
  return `${lines.join('\n')}\n`;
}
