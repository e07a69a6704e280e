/** A request of `node:http` in the public types, which need none of Node's: an `IncomingMessage`. */
export interface HttpRequest {
  /** Its method, such as `GET`. */
  readonly method?: string | undefined;
  /** Its path and query. */
  readonly url?: string | undefined;
  /** Its headers, by their names in small letters. */
  readonly headers: object;
}

/** The answer to a request of `node:http`: a `ServerResponse`. */
export interface HttpResponse {
  /** Whether its status and headers were sent. */
  readonly headersSent: boolean;
  /** Ends it. */
  end(): unknown;
}

/** What answers requests, as `createServer` of `node:http` takes it; its parameters may have Node's own types. */
export type HttpHandler = {
  /** Answers one request. */
  handle(request: HttpRequest, response: HttpResponse): void;
}['handle'];
