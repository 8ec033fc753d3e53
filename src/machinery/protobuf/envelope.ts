import { decodeText, requireBytes } from './scalar-values.ts';
import { readFields, WireError } from './wire-reader.ts';

/** Kubernetes: how protobuf objects travel: four bytes, then `runtime.Unknown`. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The object's own message. */
  readonly message: Uint8Array;
}

/** `k8s` and a zero byte. */
const magic = [0x6b, 0x38, 0x73, 0];

/** Opens the envelope. Throws a `WireError` for anything else. */
export function openEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    throw new WireError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  let type: Uint8Array = new Uint8Array(0);
  let message: Uint8Array = new Uint8Array(0);
  for (const { number, value } of readFields(bytes.subarray(magic.length))) {
    if (number === 1) type = requireBytes(value);
    else if (number === 2) message = requireBytes(value);
    else if (number === 3 && requireBytes(value).length > 0) throw new WireError('an unknown content encoding');
  }
  let apiVersion = '';
  let kind = '';
  for (const { number, value } of readFields(type)) {
    if (number === 1) apiVersion = decodeText(requireBytes(value));
    else if (number === 2) kind = decodeText(requireBytes(value));
  }
  return { apiVersion, kind, message };
}
