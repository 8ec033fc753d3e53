/**
 * gRPC over unix sockets without code generation and without parsing `.proto` files at start: messages are written down
 * as values (`message({ id: field(1, string) })`), their TypeScript types follow from that.
 *
 * Owns the protobuf encoding of what containerd and CRI speak, and the channel. Not Kubernetes' own protobuf encoding,
 * which is derived from schemas. Start reading at `message.ts`.
 */
export {
  type CallOptions,
  type Conversation,
  GrpcConnection,
  isGrpcError,
  type Method,
  nameOfGrpcStatus,
  type ResponseOf,
  unaryMethod,
} from './grpc-connection.ts';
export {
  bool,
  bytes,
  type Decoded,
  type Encodable,
  type Field,
  field,
  integer,
  type Message,
  message,
  repeated,
  string,
  textMap,
  unsigned,
  type ValueType,
} from './message.ts';
export { WireReader, WireWriter } from './wire.ts';
