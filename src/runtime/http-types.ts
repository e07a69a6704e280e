/** A request of `node:http` in the public types, which need none of Node's: an `IncomingMessage`. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: object;
}

/** Its answer: a `ServerResponse`. */
export interface HttpResponse {
  readonly headersSent: boolean;
  end(): unknown;
}

/** What answers requests, as `createServer` of `node:http` takes it; its parameters may have Node's own types. */
export type HttpHandler = { handle(request: HttpRequest, response: HttpResponse): void }['handle'];
