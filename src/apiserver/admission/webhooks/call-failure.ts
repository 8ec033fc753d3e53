import { StatusError } from '../../../machinery/index.ts';

/** A webhook could not be asked, or its answer is none: a failure as its `failurePolicy` says. */
export class CallFailure extends Error {
  /** Kubernetes: of what metrics tell; the client never gets to see it. */
  readonly code: number;

  constructor(webhook: string, why: string, cause?: unknown, code = 503) {
    super(`failed calling webhook "${webhook}": ${why}`, cause === undefined ? undefined : { cause });
    this.code = cause instanceof StatusError ? cause.code : code;
  }
}
