/**
 * Protobuf as Kubernetes speaks it, driven by the same schemas as everything else: built-in kinds, byte for byte as Go's
 * types write them. Owns the messages, the envelope around them and the frames of a watch; not who is answered in which
 * format, and nothing of CRDs, whose objects have no protobuf.
 *
 * Start reading at `encode-object.ts`.
 */
export { decodeBase64, decodeBase64Text, encodeBase64, encodeBase64Text } from './base64.ts';
export { decodeMessage } from './decode-object.ts';
export { encodeMessage } from './encode-object.ts';
export { frameWatchEvent, openEnvelope, type ProtobufEnvelope, sealEnvelope, sealList } from './envelope.ts';
export { WireError } from './wire-reader.ts';
