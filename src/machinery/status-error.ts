import { type FieldError, formatFieldErrorBody, formatFieldErrors } from './field-error.ts';

export interface StatusCause {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly field?: string | undefined;
}

export interface StatusDetails {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly uid?: string | undefined;
  readonly causes?: readonly StatusCause[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** `metav1.Status`: what every failed request is answered with, and some that succeed. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
  readonly details?: StatusDetails | undefined;
  readonly code: number;
}

/** Kubernetes: the reasons of `metav1.StatusReason` with the HTTP code that goes with each. */
export const statusCodes = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  ServerTimeout: 500,
  StoreReadError: 500,
  Timeout: 504,
  TooManyRequests: 429,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  /** Kubernetes: an error of no kind; nothing is said of its reason. */
  Unknown: 500,
  ServiceUnavailable: 503,
} as const;

export type StatusReason = keyof typeof statusCodes;

/** Names what a request was about, for messages: `pods "a" not found`, `deployments.apps "b" is invalid`. */
export interface ErrorSubject {
  readonly group: string;
  readonly resource: string;
  readonly kind?: string | undefined;
}

/** The one error that crosses the API. Its texts are upstream's (`k8s.io/apimachinery/pkg/api/errors`). */
export class StatusError extends Error {
  readonly reason: StatusReason;
  readonly code: number;
  readonly details: StatusDetails | undefined;

  constructor(reason: StatusReason, message: string, details?: StatusDetails, code: number = statusCodes[reason]) {
    super(message);
    this.name = 'StatusError';
    this.reason = reason;
    this.code = code;
    this.details = details;
  }

  /** The Status object to send. */
  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === 'Unknown' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }

  static is(error: unknown, reason: StatusReason): error is StatusError {
    return error instanceof StatusError && error.reason === reason;
  }
}

function qualify(subject: ErrorSubject): string {
  return subject.group === '' ? subject.resource : `${subject.resource}.${subject.group}`;
}

function describe(subject: ErrorSubject, name: string): StatusDetails {
  return {
    name: name === '' ? undefined : name,
    group: subject.group === '' ? undefined : subject.group,
    kind: subject.resource === '' ? undefined : subject.resource,
  };
}

/** Builders for the errors that several places raise, with upstream's texts. */
export const statusError = {
  notFound: (subject: ErrorSubject, name: string): StatusError =>
    new StatusError('NotFound', `${qualify(subject)} "${name}" not found`, describe(subject, name)),
  alreadyExists: (subject: ErrorSubject, name: string): StatusError =>
    new StatusError('AlreadyExists', `${qualify(subject)} "${name}" already exists`, describe(subject, name)),
  conflict: (subject: ErrorSubject, name: string, why: string): StatusError =>
    new StatusError(
      'Conflict',
      `Operation cannot be fulfilled on ${qualify(subject)} "${name}": ${why}`,
      describe(subject, name),
    ),
  forbidden: (subject: ErrorSubject, name: string, why: string): StatusError =>
    new StatusError(
      'Forbidden',
      name === '' ? `${qualify(subject)} is forbidden: ${why}` : `${qualify(subject)} "${name}" is forbidden: ${why}`,
      describe(subject, name),
    ),
  /** 422 with a cause for each field error. Kubernetes names the kind here, not the resource. */
  invalid: (subject: ErrorSubject, name: string, errors: readonly FieldError[]): StatusError => {
    const kind = subject.kind ?? subject.resource;
    const list = formatFieldErrors(errors);
    return new StatusError(
      'Invalid',
      `${subject.group === '' ? kind : `${kind}.${subject.group}`} "${name}" is invalid: ${list}`,
      {
        ...(name === '' ? {} : { name }),
        ...(subject.group === '' ? {} : { group: subject.group }),
        ...(kind === '' ? {} : { kind }),
        causes: errors.map(error => ({
          reason: error.reason,
          message: formatFieldErrorBody(error),
          field: error.field,
        })),
      },
    );
  },
  badRequest: (message: string): StatusError => new StatusError('BadRequest', message),
  unauthorized: (): StatusError => new StatusError('Unauthorized', 'Unauthorized'),
  expired: (message: string): StatusError => new StatusError('Expired', message),
  methodNotAllowed: (subject: ErrorSubject, action: string): StatusError =>
    new StatusError(
      'MethodNotAllowed',
      `${action} is not supported on resources of kind "${qualify(subject)}"`,
      describe(subject, ''),
    ),
  internal: (message: string): StatusError =>
    new StatusError('InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }),
};

/** The conflict text for a stale resourceVersion. */
export const staleResourceVersion =
  'the object has been modified; please apply your changes to the latest version and try again';
