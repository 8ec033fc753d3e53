import { mapToIpv6, parseIp } from '../../machinery/index.ts';
import { headerLength, type Query, readUint16, type Unanswerable } from './read-query.ts';
import { type Answer, type DnsRecord, type ResponseCode, recordTypes, responseCodes } from './records.ts';

/** What a client without EDNS takes over UDP. */
export const udpSizeMin = 512;
/** What we send over UDP at most: larger datagrams may be broken up on the way and lost. */
export const udpSizeMax = 1232;
export const tcpSizeMax = 65_535;

const responseFlag = 0x8000;
const authoritativeFlag = 0x0400;
const truncatedFlag = 0x0200;
const recursionAvailableFlag = 0x0080;
/** Of the query, the answer repeats opcode, "recursion desired" and "checking disabled". */
const repeatedFlags = 0x7910;
const optLength = 11;

/** The bytes that an answer to this query may have over UDP. */
export function udpLimit(query: Query): number {
  return Math.min(udpSizeMax, Math.max(udpSizeMin, query.edns?.udpSize ?? udpSizeMin));
}

/**
 * Writes the answer to a query in at most `limit` bytes: what does not fit is left out and the answer marked as
 * truncated, so that the client comes back over TCP.
 *
 * Names are compressed, which `dns-packet` does not do when it writes: without, seven addresses of a headless Service
 * with a name of 45 letters would fill a datagram, with, twenty-eight do.
 */
export function writeAnswer(message: Uint8Array, query: Query, answer: Answer, limit: number): Uint8Array {
  const writer = new MessageWriter(limit - (query.edns === undefined ? 0 : optLength));
  writer.copyQuestion(message, query);
  const counts = [0, 0, 0];
  let isTruncated = false;
  [answer.answers, answer.authority, answer.additional].forEach((records, section) => {
    if (isTruncated) return;
    for (const record of records) {
      if (!writer.tryRecord(record)) {
        // Additional records are a courtesy: without them nothing is missing.
        isTruncated = section < 2;
        break;
      }
      counts[section]!++;
    }
  });
  if (query.edns !== undefined) {
    writer.writeOpt();
    counts[2]!++;
  }
  const flags =
    responseFlag |
    (query.flags & repeatedFlags) |
    (answer.isAuthoritative ? authoritativeFlag : 0) |
    (isTruncated ? truncatedFlag : 0) |
    recursionAvailableFlag |
    answer.code;
  return writer.finish(query.id, flags, counts);
}

/** An answer that holds a code and nothing else, for messages whose question cannot even be read. */
export function writeRefusal({ id, flags }: Unanswerable, code: ResponseCode): Uint8Array {
  const message = new Uint8Array(headerLength);
  putUint16(message, 0, id);
  putUint16(message, 2, responseFlag | (flags & repeatedFlags) | recursionAvailableFlag | code);
  return message;
}

/** An answer that holds the question and a code. */
export function codeAnswer(code: ResponseCode): Answer {
  return { code, isAuthoritative: false, answers: [], authority: [], additional: [] };
}

export const servfail = codeAnswer(responseCodes.SERVFAIL);

/** Whether a message says that it was cut off. */
export function isTruncated(message: Uint8Array): boolean {
  return (readUint16(message, 2) & truncatedFlag) !== 0;
}

export function putUint16(message: Uint8Array, offset: number, value: number): void {
  message[offset] = value >>> 8;
  message[offset + 1] = value;
}

export function putUint32(message: Uint8Array, offset: number, value: number): void {
  putUint16(message, offset, value >>> 16);
  putUint16(message, offset + 2, value & 0xffff);
}

class Overflow {}
const overflow = new Overflow();

class MessageWriter {
  #bytes = new Uint8Array(udpSizeMin);
  #offset = headerLength;
  readonly #limit: number;
  /** Where names, and what remains of them behind each of their dots, were written: for pointers to them. */
  readonly #names = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  copyQuestion(message: Uint8Array, query: Query): void {
    this.#reserve(query.questionEnd - headerLength);
    this.#bytes.set(message.subarray(headerLength, query.questionEnd), headerLength);
    let at = headerLength;
    for (let rest = query.name; rest !== '' && !rest.includes('\\'); ) {
      this.#names.set(rest, at);
      const dot = rest.indexOf('.');
      if (dot < 0) break;
      at += dot + 1;
      rest = rest.slice(dot + 1);
    }
    this.#offset = query.questionEnd;
  }

  /** Whether there was room; where not, nothing was written. */
  tryRecord(record: DnsRecord): boolean {
    const start = this.#offset;
    try {
      this.#writeRecord(record);
      return true;
    } catch (error) {
      if (!(error instanceof Overflow)) throw error;
      for (const [name, offset] of this.#names) if (offset >= start) this.#names.delete(name);
      this.#offset = start;
      return false;
    }
  }

  writeOpt(): void {
    this.#reserve(optLength, optLength);
    this.#byte(0);
    this.#uint16(recordTypes.OPT);
    this.#uint16(udpSizeMax);
    this.#uint32(0);
    this.#uint16(0);
  }

  finish(id: number, flags: number, counts: readonly number[]): Uint8Array {
    const header = [id, flags, 1, ...counts];
    for (let i = 0; i < header.length; i++) putUint16(this.#bytes, 2 * i, header[i]!);
    return this.#bytes.subarray(0, this.#offset);
  }

  #writeRecord(record: DnsRecord): void {
    this.#name(record.name);
    this.#reserve(10);
    this.#uint16(recordTypes[record.type]);
    this.#uint16(1);
    this.#uint32(record.ttl);
    const lengthAt = this.#offset;
    this.#uint16(0);
    this.#writeData(record);
    putUint16(this.#bytes, lengthAt, this.#offset - lengthAt - 2);
  }

  #writeData(record: DnsRecord): void {
    switch (record.type) {
      case 'A':
        this.#number(parseIp(record.data)!.bits, 4);
        break;
      case 'AAAA':
        this.#number(mapToIpv6(parseIp(record.data)!).bits, 16);
        break;
      case 'TXT':
        this.#text(record.data);
        break;
      case 'SRV':
        this.#reserve(6);
        this.#uint16(record.data.priority);
        this.#uint16(record.data.weight);
        this.#uint16(record.data.port);
        // RFC 2782: the target is not compressed.
        this.#name(record.data.target, false);
        break;
      case 'SOA': {
        const { primary, mailbox, serial, refresh, retry, expire, minimum } = record.data;
        this.#name(primary);
        this.#name(mailbox);
        this.#reserve(20);
        for (const number of [serial, refresh, retry, expire, minimum]) this.#uint32(number);
        break;
      }
      default:
        this.#name(record.data);
    }
  }

  #name(name: string, mayPoint = true): void {
    let rest = name;
    while (rest !== '') {
      const known = mayPoint ? this.#names.get(rest) : undefined;
      if (known !== undefined) {
        this.#reserve(2);
        this.#uint16(0xc000 | known);
        return;
      }
      if (this.#offset < 0x4000 && !this.#names.has(rest)) this.#names.set(rest, this.#offset);
      const dot = rest.indexOf('.');
      const label = dot < 0 ? rest : rest.slice(0, dot);
      this.#text(label);
      rest = dot < 0 ? '' : rest.slice(dot + 1);
    }
    this.#reserve(1);
    this.#byte(0);
  }

  /** A length in one byte, then so many characters. */
  #text(text: string): void {
    this.#reserve(text.length + 1);
    this.#byte(text.length);
    for (let i = 0; i < text.length; i++) this.#byte(text.charCodeAt(i));
  }

  #number(value: bigint, length: number): void {
    this.#reserve(length);
    for (let shift = BigInt(8 * (length - 1)); shift >= 0n; shift -= 8n) this.#byte(Number((value >> shift) & 0xffn));
  }

  #reserve(length: number, beyond = 0): void {
    const end = this.#offset + length;
    if (end > this.#limit + beyond) throw overflow;
    if (end <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#offset));
    this.#bytes = larger;
  }

  #byte(value: number): void {
    this.#bytes[this.#offset++] = value;
  }

  #uint16(value: number): void {
    putUint16(this.#bytes, this.#offset, value);
    this.#offset += 2;
  }

  #uint32(value: number): void {
    putUint32(this.#bytes, this.#offset, value);
    this.#offset += 4;
  }
}
