import { isJsonObject, quoteGo, type Status, StatusError, type StatusReason } from '../../machinery/index.ts';
import type { OutboundResponse } from '../core-contract.ts';

interface Reading {
  readonly reason: StatusReason;
  readonly message: string;
}

const readings: Readonly<Record<number, Reading>> = {
  400: { reason: 'BadRequest', message: 'the server rejected our request for an unknown reason' },
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  409: { reason: 'AlreadyExists', message: 'the server reported a conflict' },
  422: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  429: {
    reason: 'TooManyRequests',
    message: 'the server has received too many requests and has asked us to try again later',
  },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  504: {
    reason: 'Timeout',
    message: 'the server was unable to return a response in the time allotted, but may still be processing the request',
  },
};

const textLengthMax = 2048;

/** Kubernetes: what client-go makes of an answer that is no success: the Status in it, or one made from its code. */
export function unexpectedResponse({ status: code, headers, body }: OutboundResponse): StatusError {
  const sent = readFailure(body);
  if (sent !== undefined) {
    return new StatusError(
      (sent.reason ?? '') as StatusReason,
      sent.message ?? 'unknown',
      sent.details,
      sent.code ?? code,
    );
  }
  const text = isText(headers['content-type']) ? body.slice(0, textLengthMax).trim() : 'unknown';
  const { reason, message } = readCode(code, text);
  const details = { causes: [{ reason: 'UnexpectedServerResponse', message: text }] };
  return new StatusError(reason, message, details, code);
}

function readCode(code: number, text: string): Reading {
  if (code === 403) return { reason: 'Forbidden', message: text };
  if (code === 406 || code === 415) {
    return { reason: code === 406 ? 'NotAcceptable' : 'UnsupportedMediaType', message: text };
  }
  const known = readings[code];
  if (known !== undefined) return known;
  const message =
    code >= 500
      ? `an error on the server (${quoteGo(text)}) has prevented the request from succeeding`
      : `the server responded with the status code ${code} but did not return more information`;
  // Kubernetes: such a status has no reason at all.
  return { reason: (code >= 500 ? 'InternalError' : '') as StatusReason, message };
}

function isText(contentType: string | undefined): boolean {
  return contentType === undefined || contentType === '' || contentType.startsWith('text/');
}

function readFailure(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) && value['kind'] === 'Status' && value['status'] === 'Failure'
      ? (value as unknown as Status)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
