import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a project's own source says of NodeSDK. */
export interface SourceScan {
  /** Where NodeSDK is made, `FILE:LINE` from the project on. */
  readonly nodeSdkAt: string | undefined;
  /** Whether RIMP's parts are named anywhere. */
  readonly hasRimpParts: boolean;
}

const SOURCE = /\.[cm]?[jt]sx?$/;
const MADE = /\bnew\s+(?:\w+\.)?NodeSDK\s*\(/;
const PARTS = /\b(?:nodeSdkOptions|RimpLogRecordProcessor|RimpMetricReader)\b/;
/** Directories that hold what others wrote, or what was made of the source. */
const OTHERS = new Set(['node_modules', 'dist', 'build', 'coverage', 'out']);
const MAX_FILES = 5_000;
const MAX_DEPTH = 8;

/** Looks through a project's files, of which there may be many: the first 5,000 of them. */
export function scanSource(directory: string): SourceScan {
  let nodeSdkAt: string | undefined;
  let hasRimpParts = false;
  for (const path of sourceFiles(directory)) {
    const text = textOf(path);
    hasRimpParts ||= PARTS.test(text);
    const made = nodeSdkAt === undefined ? MADE.exec(text) : null;
    if (made !== null) nodeSdkAt = `${relative(directory, path)}:${text.slice(0, made.index).split('\n').length}`;
  }
  return { nodeSdkAt, hasRimpParts };
}

/** Those nearest to the top first. */
function* sourceFiles(top: string): Generator<string> {
  let files = 0;
  let level = [top];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: string[] = [];
    for (const directory of level) {
      for (const entry of entriesOf(directory)) {
        if (entry.isDirectory() && !entry.name.startsWith('.') && !OTHERS.has(entry.name))
          next.push(join(directory, entry.name));
        if (!entry.isFile() || !SOURCE.test(entry.name)) continue;
        files += 1;
        if (files > MAX_FILES) return;
        yield join(directory, entry.name);
      }
    }
    level = next;
  }
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    // somebody else's directory
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
