/** A request that can't be answered, as a status of HTTP. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** What is wrong with a parameter. */
export function badRequest(message: string): ApiProblem {
  return new ApiProblem(400, message);
}
