import * as place from './check-place.js';

/** Loads what looks at the place of a storage, if there is one. */
export const loadPlace = (): typeof place => place;
