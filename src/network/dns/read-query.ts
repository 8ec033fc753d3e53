import { type ResponseCode, recordTypes, responseCodes } from './records.ts';

export interface Query {
  readonly id: number;
  /** The header's flags as they came; the answer repeats some. */
  readonly flags: number;
  /** As asked, letters' case kept, without the last dot; `''` is the root. A dot inside a label is written `\.`. */
  readonly name: string;
  readonly type: number;
  readonly recordClass: number;
  /** Where the question ends in the message. */
  readonly questionEnd: number;
  /** Present when the client speaks EDNS. */
  readonly edns: { readonly udpSize: number; readonly version: number; readonly wantsDnssec: boolean } | undefined;
}

/** A message that cannot be answered as a query: with `code` where it deserves an answer, in silence otherwise. */
export interface Unanswerable {
  readonly id: number;
  readonly flags: number;
  readonly code: ResponseCode | undefined;
}

export const headerLength = 12;
const responseFlag = 0x8000;
const opcodeMask = 0x7800;
const pointerMask = 0xc0;

/** Reads what a client sent. Answers are refused in silence, so that two servers can never answer each other. */
export function readQuery(message: Uint8Array): Query | Unanswerable {
  if (message.length < headerLength) return { id: 0, flags: 0, code: undefined };
  const id = readUint16(message, 0);
  const flags = readUint16(message, 2);
  const unanswerable = (code: ResponseCode | undefined): Unanswerable => ({ id, flags, code });
  if ((flags & responseFlag) !== 0) return unanswerable(undefined);
  if ((flags & opcodeMask) !== 0) return unanswerable(responseCodes.NOTIMP);
  if (readUint16(message, 4) !== 1) return unanswerable(responseCodes.FORMERR);
  const question = readQuestion(message);
  if (question === undefined) return unanswerable(responseCodes.FORMERR);
  const edns = readEdns(message, question.questionEnd);
  if (edns === 'malformed') return unanswerable(responseCodes.FORMERR);
  return { id, flags, ...question, edns };
}

type Question = Pick<Query, 'name' | 'type' | 'recordClass' | 'questionEnd'>;

/** The question of a query or a response; undefined where it is cut off or points elsewhere. */
export function readQuestion(message: Uint8Array): Question | undefined {
  let offset = headerLength;
  let name = '';
  for (;;) {
    const length = message[offset];
    if (length === undefined || (length & pointerMask) !== 0) return undefined;
    offset++;
    if (length === 0) break;
    if (offset + length > message.length) return undefined;
    name += name === '' ? '' : '.';
    for (const end = offset + length; offset < end; offset++) name += readCharacter(message[offset]!);
  }
  if (offset + 4 > message.length || offset - headerLength > 255) return undefined;
  return {
    name,
    type: readUint16(message, offset),
    recordClass: readUint16(message, offset + 2),
    questionEnd: offset + 4,
  };
}

function readCharacter(byte: number): string {
  return byte === 0x2e || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
}

/** Looks for the OPT record among what follows the question. */
function readEdns(message: Uint8Array, questionEnd: number): Query['edns'] | 'malformed' {
  const count = readUint16(message, 6) + readUint16(message, 8) + readUint16(message, 10);
  let offset = questionEnd;
  for (let i = 0; i < count; i++) {
    const record = readRecordHeader(message, offset);
    if (record === undefined) return 'malformed';
    if (record.type === recordTypes.OPT) {
      return {
        udpSize: record.recordClass,
        version: (record.ttl >>> 16) & 0xff,
        wantsDnssec: (record.ttl & 0x8000) !== 0,
      };
    }
    offset = record.end;
  }
  return undefined;
}

export interface RecordHeader {
  readonly type: number;
  readonly recordClass: number;
  /** In seconds; as an OPT record has it, flags. */
  readonly ttl: number;
  readonly ttlOffset: number;
  readonly dataOffset: number;
  readonly end: number;
}

/** The record at `offset`, its name skipped; undefined where the message is cut off. */
export function readRecordHeader(message: Uint8Array, offset: number): RecordHeader | undefined {
  const fixed = skipName(message, offset);
  if (fixed === undefined || fixed + 10 > message.length) return undefined;
  const end = fixed + 10 + readUint16(message, fixed + 8);
  if (end > message.length) return undefined;
  return {
    type: readUint16(message, fixed),
    recordClass: readUint16(message, fixed + 2),
    ttl: readUint32(message, fixed + 4),
    ttlOffset: fixed + 4,
    dataOffset: fixed + 10,
    end,
  };
}

/** The offset behind the name at `offset`. */
export function skipName(message: Uint8Array, offset: number): number | undefined {
  for (let at = offset; ; ) {
    const length = message[at];
    if (length === undefined) return undefined;
    if ((length & pointerMask) === pointerMask) return at + 2;
    if (length === 0) return at + 1;
    at += length + 1;
  }
}

/** The name at `offset`, pointers followed; undefined where it is malformed. */
export function readName(message: Uint8Array, offset: number): string | undefined {
  let name = '';
  let at = offset;
  // A pointer may only lead back, so their number is bounded by the message; a loop ends here.
  for (let steps = 0; steps < 128; steps++) {
    const length = message[at];
    if (length === undefined) return undefined;
    if (length === 0) return name;
    if ((length & pointerMask) === pointerMask) {
      at = ((length & 0x3f) << 8) | (message[at + 1] ?? 0);
      continue;
    }
    if (at + 1 + length > message.length) return undefined;
    name += name === '' ? '' : '.';
    for (let i = 1; i <= length; i++) name += readCharacter(message[at + i]!);
    at += length + 1;
  }
  return undefined;
}

export function readUint16(message: Uint8Array, offset: number): number {
  return (message[offset]! << 8) | message[offset + 1]!;
}

export function readUint32(message: Uint8Array, offset: number): number {
  return readUint16(message, offset) * 0x10000 + readUint16(message, offset + 2);
}
