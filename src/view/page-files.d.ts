/** One file of the page. */
export interface PageFile {
  /** For `Content-Type`. */
  readonly type: string;
  /** The file's gzipped bytes, as base64. */
  readonly gzip: string;
  /** Whether the name holds a hash of the content, so that it may be cached for ever. */
  readonly immutable: boolean;
}

/** The page's files by name, `index.html` among them. `scripts/build-page.mjs` makes the module from `page/`. */
export const PAGE_FILES: Readonly<Record<string, PageFile>>;
