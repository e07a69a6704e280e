import type { ApiError } from '../api-types.js';

/** A request that can't be answered, as a status of HTTP. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** The expression of `where` that is wrong, if one is. */
  readonly where: string | undefined;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}, where?: string) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.where = where;
  }

  /** The body of the answer. */
  get body(): ApiError {
    return { error: this.message, ...(this.where !== undefined && { where: this.where }) };
  }
}

/** What is wrong with a parameter. */
export function badRequest(message: string, where?: string): ApiProblem {
  return new ApiProblem(400, message, {}, where);
}
