import * as place from './check-place.js';
import * as requests from './incoming-request.js';
import * as losses from './loss-watch.js';

/** Loads what looks at the place of a storage, if there is one. */
export const loadPlace = (): typeof place => place;

/** Loads what takes in the requests of a receiver. */
export const loadRequests = (): typeof requests => requests;

/** Loads what says how much was lost. */
export const loadLosses = (): typeof losses => losses;
