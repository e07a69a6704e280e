import * as sqlite from './open-sqlite.js';

/** Loads what an SQLite database takes, when one is asked for. */
export const loadSqlite = (): typeof sqlite => sqlite;
