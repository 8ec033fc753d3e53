import { schemaOfKind } from '../../api/generated/index.ts';
import { type KubeObject, type Status, StatusError } from '../../machinery/index.ts';
import { encodeMessage, sealEnvelope } from '../../machinery/protobuf/index.ts';
import type { HttpResponse } from './http-message.ts';
import { type Format, protobufType } from './negotiation.ts';
import { formatYaml, yamlType } from './yaml-text.ts';

export const jsonHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'cache-control': 'no-cache, private',
};

export const textHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, private',
  'x-content-type-options': 'nosniff',
};

export function respondJson(
  status: number,
  value: KubeObject | Status | Readonly<Record<string, unknown>>,
): HttpResponse {
  return { status, headers: jsonHeaders, body: `${JSON.stringify(value)}\n` };
}

export function respondText(status: number, text: string): HttpResponse {
  return { status, headers: textHeaders, body: text };
}

export const protobufHeaders: Readonly<Record<string, string>> = {
  ...jsonHeaders,
  'content-type': protobufType,
};

/** The answer to a request that failed. */
export function respondStatus(error: StatusError, format: Format = 'json'): HttpResponse {
  const status = error.toStatus();
  const response: HttpResponse =
    format === 'protobuf'
      ? { status: error.code, headers: protobufHeaders, body: { kind: 'binary', bytes: sealStatus(status) } }
      : respondJson(error.code, status);
  const retryAfterSeconds = error.details?.retryAfterSeconds;
  if (retryAfterSeconds === undefined) return response;
  return { ...response, headers: { ...response.headers, 'retry-after': String(retryAfterSeconds) } };
}

/** The answer to a request that failed, in whatever form its client reads. */
export async function respondStatusAs(error: StatusError, format: Format): Promise<HttpResponse> {
  const response = respondStatus(error, format);
  if (format !== 'yaml') return response;
  const body = await formatYaml(error.toStatus());
  return { ...response, headers: { ...response.headers, 'content-type': yamlType }, body };
}

/** A Status in its protobuf envelope. */
export function sealStatus(status: Status): Uint8Array {
  const message = encodeMessage(status, schemaOfKind('', 'v1', 'Status'));
  return sealEnvelope({ apiVersion: 'v1', kind: 'Status', message });
}

/** What a path that leads nowhere is answered with. */
export function notFoundError(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowedError(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}
