import { isJsonObject, type JsonObject } from '../../../machinery/index.ts';
import { decodeBase64Text } from '../../../machinery/protobuf/index.ts';

/** What a token says of itself, whoever wrote it. */
export interface UnverifiedToken {
  readonly algorithm: string;
  readonly claims: JsonObject;
}

/** Undefined for what is no JSON Web Token. */
export function readUnverified(token: string): UnverifiedToken | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const header = readPart(parts[0]!);
  const claims = readPart(parts[1]!);
  if (header === undefined || claims === undefined) return undefined;
  const algorithm = header['alg'];
  return { algorithm: typeof algorithm === 'string' ? algorithm : '', claims };
}

function readPart(part: string): JsonObject | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  const text = decodeBase64Text(part.replaceAll('-', '+').replaceAll('_', '/'));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
