import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const installed = join('node_modules', 'rimp-telemetry');

/** The program `rimp`: of the installed package, or of this one's build. */
export const rimpProgram = resolve(existsSync(installed) ? installed : '.', 'dist', 'cjs', 'cli', 'main.js');
