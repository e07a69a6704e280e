/** What text may look like. */
export type Style = 'error' | 'warning' | 'info' | 'debug' | 'metric' | 'dim' | 'bold';

const CODES: Readonly<Record<Style, string>> = {
  error: '1;31',
  warning: '33',
  info: '32',
  debug: '36',
  metric: '34',
  dim: '2',
  bold: '1',
};

/** Gives text a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/**
 * Whether a stream gets colours: `--color` and `--no-color` say so, else the variables NO_COLOR and FORCE_COLOR, else
 * whether it is a terminal.
 */
export function hasColours(isTerminal: boolean, flag: boolean | undefined, env = process.env): boolean {
  if (flag !== undefined) return flag;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

/** What paints, if there are colours. */
export function painter(isColoured: boolean): Paint {
  return isColoured ? (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (_style, text) => text;
}
