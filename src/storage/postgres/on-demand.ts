import * as postgres from './open-postgres.js';

/** Loads what PostgreSQL takes, when it is asked for. */
export const loadPostgres = (): typeof postgres => postgres;
