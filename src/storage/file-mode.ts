import type { Rule } from '../model/options.js';

/** What the option `mode` of storages that make files has to be. */
export const FILE_MODE: Rule = {
  isRight: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o777,
  expected: 'a file mode from 0 to 0o777',
};
