/**
 * Protobuf as Kubernetes' clients send it, read by the same schemas as everything else: client-go's typed clients post
 * it for built-in kinds (kubectl's `create configmap` and `auth can-i` among them).
 *
 * Reads only: answers are JSON, which all these clients accept. Start reading at `decode-object.ts`.
 */
export { decodeMessage } from './decode-object.ts';
export { openEnvelope, type ProtobufEnvelope } from './envelope.ts';
export { WireError } from './wire-reader.ts';
