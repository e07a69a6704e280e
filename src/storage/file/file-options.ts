import { objectOf, oneOf, POSITIVE_INTEGER, POSITIVE_NUMBER, type Rule } from '../../model/options.js';
import { FILE_MODE } from '../file-mode.js';
import type { RetentionOptions } from './maintenance.js';
import type { RotationOptions } from './rotation.js';

/** Settings of a {@link FileStorage}. */
export interface FileStorageOptions {
  /**
   * The file; it and its missing directories are made when something is stored. If it is a symbolic link, the file that
   * it leads to is written and rotated, and the link stays.
   */
  readonly path: string;
  /** Bytes of the longest line that is written or read; longer ones are refused or skipped, and counted. Default 16 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** When the file is closed and another one begun; default: never. */
  readonly rotation?: RotationOptions | undefined;
  /** Which closed files stay; default: all. */
  readonly retention?: RetentionOptions | undefined;
  /** How closed files are compressed, in the background; default `'none'`. */
  readonly compression?: 'gzip' | 'none' | undefined;
  /**
   * What is certain when `store` resolves: `'os'`, the bytes are with the operating system and outlive the process;
   * `'fsync'`, they are on the disk and outlive a power cut. Default `'os'`.
   */
  readonly durability?: 'os' | 'fsync' | undefined;
  /**
   * The mode of files that are made, such as `0o600`, whatever the umask says; default: what the umask leaves of 0666.
   * A file that is there keeps its own.
   */
  readonly mode?: number | undefined;
}

/** What the options of a {@link FileStorage} have to be. */
export const FILE_RULES: Readonly<Record<keyof FileStorageOptions, Rule>> = {
  path: {
    isRight: (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
    expected: 'a non-empty string',
  },
  maxLineBytes: POSITIVE_INTEGER,
  rotation: objectOf({ maxBytes: POSITIVE_INTEGER, intervalSeconds: POSITIVE_NUMBER }),
  retention: objectOf({ maxFiles: POSITIVE_INTEGER, maxAgeSeconds: POSITIVE_NUMBER, maxTotalBytes: POSITIVE_INTEGER }),
  compression: oneOf('gzip', 'none'),
  durability: oneOf('os', 'fsync'),
  mode: FILE_MODE,
};
