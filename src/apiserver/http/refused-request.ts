import type { HttpResponse } from './http-message.ts';

/** Thrown by a stage that answers a request itself, with something else than a Status. */
export class RefusedRequest extends Error {
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    super(`the request was refused with ${response.status}`);
    this.name = 'RefusedRequest';
    this.response = response;
  }
}
