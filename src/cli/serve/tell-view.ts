import { err } from '../output/output.js';

/** Prints where the live view is. */
export function tellView(url: string, needsToken: boolean): void {
  err.line(`rimp serve: open ${url}/ in a browser${needsToken ? ', which asks for the token' : ''}`);
}
