import type { PatchType } from '../../client/index.ts';
import {
  type Decoded,
  decodeJson,
  findDuplicateFields,
  loadYamlDecoder,
  type ObjectSchema,
  StatusError,
  statusError,
} from '../../machinery/index.ts';
import { decodeMessage, openEnvelope, WireError } from '../../machinery/protobuf/index.ts';
import type { HttpRequest } from './http-message.ts';
import { readHeader } from './http-message.ts';
import { parseMediaType } from './media-type.ts';
import { protobufType } from './negotiation.ts';

/** Finds the schema by which a protobuf body is read; undefined for a kind that nobody serves. */
export type SchemaLookup = (apiVersion: string, kind: string) => ObjectSchema | undefined;

/** Kubernetes: `MaxRequestBodyBytes` of the generic API server. */
export const requestBodyBytesMax = 3 * 1024 * 1024;

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

const objectTypes = ['application/json', 'application/yaml', protobufType] as const;

export interface RequestBody {
  readonly value: unknown;
  readonly patchType?: PatchType | undefined;
  /** What decoding found that the value no longer shows: `duplicate field "spec.replicas"`. */
  readonly findings: readonly string[];
  /** The order of the fields in the text; absent where there are no findings. */
  readonly placeOf?: ((path: string) => number) | undefined;
}

const noFindings: readonly string[] = [];

/**
 * The decoded body of a request that carries one. Throws 400 with line and column for text that is neither JSON nor
 * YAML, 413 for what is too large, 415 for any other kind of body.
 */
export async function readRequestBody(
  request: HttpRequest,
  verb: string,
  findSchema: SchemaLookup,
): Promise<RequestBody> {
  const type = readContentType(request, verb);
  const patchType = verb === 'patch' ? patchTypes[type] : undefined;
  if (verb === 'patch' ? patchType === undefined : !(objectTypes as readonly string[]).includes(type)) {
    throw refuseMediaType(verb);
  }
  if (type === protobufType) return { value: readProtobuf(request.body, findSchema), findings: noFindings };
  const text = readText(request, verb);
  const isYaml = type === 'application/yaml' || (patchType === 'apply' && !looksLikeJson(text));
  if (isYaml) return readYaml(text, patchType);
  const decoded = decodeJson(text);
  // YAML in braces looks like JSON, but may have a comma behind its last field, and comments.
  if (decoded.problem !== undefined && patchType === 'apply') return readYaml(text, patchType);
  const value = valueFrom(decoded);
  const canHoldDuplicates = patchType === undefined || patchType === 'apply';
  return canHoldDuplicates
    ? { value, patchType, ...describeDuplicates(text, value) }
    : { value, patchType, findings: noFindings };
}

async function readYaml(text: string, patchType: PatchType | undefined): Promise<RequestBody> {
  const decoded = (await loadYamlDecoder())(text);
  return { value: valueFrom(decoded), patchType, findings: decoded.duplicates ?? noFindings };
}

function valueFrom(decoded: Decoded): unknown {
  if (decoded.problem === undefined) return decoded.value;
  throw new StatusError('BadRequest', `the object provided is unrecognized: ${decoded.problem}`);
}

function describeDuplicates(text: string, value: unknown): Pick<RequestBody, 'findings' | 'placeOf'> {
  const { paths, placeOf } = findDuplicateFields(text, value);
  if (paths.length === 0) return { findings: noFindings };
  return { findings: paths.map(path => `duplicate field ${JSON.stringify(path)}`), placeOf };
}

function readContentType(request: HttpRequest, verb: string): string {
  const header = readHeader(request.headers, 'content-type');
  if (header === undefined || header === '') return verb === 'patch' ? '' : 'application/json';
  if (header === 'application/json') return header;
  return parseMediaType(header).type;
}

function readText(request: HttpRequest, verb: string): string {
  const { body } = request;
  if (typeof body === 'string') return body;
  if (body === undefined) return '';
  throw refuseMediaType(verb);
}

/** Kubernetes: a protobuf object names its kind in the envelope, not in itself. */
function readProtobuf(body: HttpRequest['body'], findSchema: SchemaLookup): unknown {
  try {
    const { apiVersion, kind, message } = openEnvelope(typeof body === 'object' ? body : new Uint8Array(0));
    const schema = findSchema(apiVersion, kind);
    if (schema === undefined) {
      throw statusError.badRequest(
        `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
      );
    }
    return { apiVersion, kind, ...decodeMessage(message, schema) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw statusError.badRequest(`the object provided is unrecognized: ${error.message}`);
  }
}

function looksLikeJson(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32 || (code >= 9 && code <= 13)) continue;
    return code === 123 || code === 91;
  }
  return false;
}

function refuseMediaType(verb: string): StatusError {
  const accepted: readonly string[] = verb === 'patch' ? Object.keys(patchTypes) : objectTypes;
  return new StatusError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

export function refuseLargeBody(): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${requestBodyBytesMax}`);
}
