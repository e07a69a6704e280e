/** One statement; `?` stands for each cell, in their order. */
export interface Statement {
  readonly sql: string;
  readonly cells: readonly unknown[];
  /** What it gives: rows, a count of changed rows, or nothing, being several statements without cells. */
  readonly does: 'read' | 'write' | 'script';
  /** Whether the same text comes again and again, so that a driver may keep it prepared. */
  readonly isRepeated?: boolean;
}

/** What a statement gave. */
export interface Outcome {
  readonly rows: readonly object[];
  /** Rows that were added or removed. */
  readonly changes: number;
}

/**
 * Work on one connection, written once for databases that answer at once and for those over a network: it yields each
 * statement, and is given what came of it; an error is thrown at the `yield`.
 */
export type Work<T> = Generator<Statement, T, Outcome>;

export function read(sql: string, cells: readonly unknown[] = []): Statement {
  return { sql, cells, does: 'read' };
}

export function write(sql: string, cells: readonly unknown[] = [], isRepeated = false): Statement {
  return { sql, cells, does: 'write', isRepeated };
}

export function script(sql: string): Statement {
  return { sql, cells: [], does: 'script' };
}

/** Does work with a database that answers at once. */
export function runSync<T>(work: Work<T>, execute: (statement: Statement) => Outcome): T {
  let step = work.next();
  while (step.done !== true) {
    let outcome: Outcome;
    try {
      outcome = execute(step.value);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(outcome);
  }
  return step.value;
}

/** Does work with a database over a network. */
export async function runAsync<T>(work: Work<T>, execute: (statement: Statement) => Promise<Outcome>): Promise<T> {
  let step = work.next();
  while (step.done !== true) {
    let outcome: Outcome;
    try {
      outcome = await execute(step.value);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next(outcome);
  }
  return step.value;
}

/** All of some work, or nothing. */
export function* inTransaction<T>(begin: readonly Statement[], work: () => Work<T>): Work<T> {
  const [first, ...more] = begin;
  yield first as Statement;
  try {
    for (const statement of more) yield statement;
    const result = yield* work();
    yield script('COMMIT');
    return result;
  } catch (error) {
    try {
      yield script('ROLLBACK');
    } catch {
      // the database has done so itself, or the connection is gone and the transaction with it
    }
    throw error;
  }
}
