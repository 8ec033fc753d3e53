import { type Status, StatusError, statusError } from '../../machinery/index.ts';

/** Kubernetes: the texts are those of `k8s.io/apiserver/pkg/storage`. */
export function tooOldForWatch(asked: number, oldest: number): StatusError {
  return statusError.expired(`too old resource version: ${asked} (${oldest})`);
}

export function tooOldForList(): StatusError {
  return statusError.expired('The resourceVersion for the provided list is too old.');
}

/** The answer to a continue token whose snapshot is gone: it carries a token that goes on at the latest revision. */
export class StaleContinueError extends StatusError {
  readonly continue: string;

  constructor(inconsistentContinue: string) {
    super(
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
        'without the continue parameter, or use the continue token in this response to retrieve the remainder of the ' +
        'results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
        'modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
    this.continue = inconsistentContinue;
  }

  override toStatus(): Status {
    return { ...super.toStatus(), metadata: { continue: this.continue } };
  }
}

export function tooLargeRevision(asked: number, current: number, retryAfterSeconds: number): StatusError {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return new StatusError('Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}
