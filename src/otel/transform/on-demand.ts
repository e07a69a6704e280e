import * as fromOtel from './from-otel.js';

/** Loads what makes items of others' log records, spans and points, when one comes. */
export const loadFromOtel = (): typeof fromOtel => fromOtel;
