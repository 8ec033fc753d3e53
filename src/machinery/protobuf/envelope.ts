import { WireError, WireReader } from './wire-reader.ts';
import { sizeOfVarint, WireWriter } from './wire-writer.ts';

/** Kubernetes: how protobuf objects travel: four bytes, then `runtime.Unknown`. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The object's own message. */
  readonly message: Uint8Array;
}

/** `k8s` and a zero byte. */
const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0);

/** Opens the envelope. Throws a `WireError` for anything else. */
export function openEnvelope(bytes: Uint8Array): ProtobufEnvelope {
  if (magic.some((byte, i) => bytes[i] !== byte)) {
    throw new WireError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const reader = new WireReader(bytes.subarray(magic.length));
  let identity = { apiVersion: '', kind: '' };
  let message: Uint8Array = new Uint8Array(0);
  for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
    if (number === 1) identity = readIdentity(reader);
    else if (number === 2) message = reader.readBytes();
    else if (number === 3 && reader.readText() !== '') throw new WireError('an unknown content encoding');
    else if (number > 3) reader.skip();
  }
  return { ...identity, message };
}

function readIdentity(reader: WireReader): { apiVersion: string; kind: string } {
  let apiVersion = '';
  let kind = '';
  const outerEnd = reader.enter();
  for (let number = reader.nextField(); number !== 0; number = reader.nextField()) {
    if (number === 1) apiVersion = reader.readText();
    else if (number === 2) kind = reader.readText();
    else reader.skip();
  }
  reader.leave(outerEnd);
  return { apiVersion, kind };
}

/** A whole object as it travels. */
export function sealEnvelope({ apiVersion, kind, message }: ProtobufEnvelope): Uint8Array {
  const writer = new WireWriter();
  // The object itself names neither a content encoding nor a content type.
  writer.writeRaw(emptyContent);
  writer.writeRaw(message);
  return finishEnvelope(writer, apiVersion, kind, message.length);
}

/** Fields 3 and 4, both empty. */
const emptyContent = Uint8Array.of(26, 0, 34, 0);

function finishEnvelope(writer: WireWriter, apiVersion: string, kind: string, messageBytes: number): Uint8Array {
  writer.writeVarint(messageBytes);
  writer.writeByte(18);
  const end = writer.size;
  writeTextField(writer, 18, kind);
  writeTextField(writer, 10, apiVersion);
  writer.writeVarint(writer.size - end);
  writer.writeByte(10);
  writer.writeRaw(magic);
  return writer.take();
}

/** Bytes that go out as one piece: large enough for few writes, small enough not to stall. */
const pieceBytesMin = 64 * 1024;

/**
 * A list as it travels, in pieces to be sent one after the other. `metadata` is the ListMeta's message, `items` those of
 * the items: all lists of all kinds have them as fields 1 and 2.
 */
export function* sealList(
  { apiVersion, kind }: Pick<ProtobufEnvelope, 'apiVersion' | 'kind'>,
  metadata: Uint8Array,
  items: readonly Uint8Array[],
): Generator<Uint8Array> {
  const writer = new WireWriter();
  writer.writeRaw(metadata);
  writer.writeVarint(metadata.length);
  writer.writeByte(10);
  let messageBytes = writer.size;
  for (const { length } of items) messageBytes += 1 + sizeOfVarint(length) + length;
  yield finishEnvelope(writer, apiVersion, kind, messageBytes);
  for (let from = 0; from < items.length; ) {
    const to = findPieceEnd(items, from);
    yield joinItems(items, from, to);
    from = to;
  }
  yield emptyContent;
}

function findPieceEnd(items: readonly Uint8Array[], from: number): number {
  let to = from;
  for (let bytes = 0; to < items.length && bytes < pieceBytesMin; to++) bytes += items[to]!.length;
  return to;
}

function joinItems(items: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const writer = new WireWriter();
  for (let i = to - 1; i >= from; i--) {
    const item = items[i]!;
    writer.writeRaw(item);
    writer.writeVarint(item.length);
    writer.writeByte(18);
  }
  return writer.take();
}

/**
 * One event of a watch: its length in four bytes, the highest first, then `metav1.WatchEvent`. `sealed` is the object in
 * its envelope.
 */
export function frameWatchEvent(type: string, sealed: Uint8Array): Uint8Array {
  const writer = new WireWriter();
  writer.writeRaw(sealed);
  writer.writeVarint(sealed.length);
  writer.writeByte(10);
  writer.writeVarint(writer.size);
  writer.writeByte(18);
  writeTextField(writer, 10, type);
  const { size } = writer;
  for (let shift = 0; shift < 32; shift += 8) writer.writeByte((size >>> shift) & 255);
  return writer.take();
}

function writeTextField(writer: WireWriter, tag: number, text: string): void {
  const end = writer.size;
  writer.writeText(text);
  writer.writeVarint(writer.size - end);
  writer.writeByte(tag);
}
