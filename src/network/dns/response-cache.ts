import { headerLength, type Query, readRecordHeader, readUint16, readUint32 } from './read-query.ts';
import { recordTypes, responseCodes } from './records.ts';
import { isTruncated, putUint16, putUint32 } from './write-answer.ts';

/** Kubernetes: `cache 30` in kubeadm's Corefile: nothing is kept for longer, whatever its records allow. */
const ttlMaxSeconds = 30;
const recursionDesiredFlag = 0x0100;
const checkingDisabledFlag = 0x0010;

interface Entry {
  readonly response: Uint8Array;
  /** Where the response's TTLs are, each to be lowered by the entry's age. */
  readonly ttlOffsets: readonly number[];
  readonly storedMs: number;
  readonly expiresMs: number;
}

/** Other servers' answers, as they came, for as long as their records allow; the oldest go when it is full. */
export class ResponseCache {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** The answer to this query, with its identifier, its letters' case and the time that has passed put in. */
  get(message: Uint8Array, query: Query, nowMs: number): Uint8Array | undefined {
    const key = keyOf(query);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (nowMs >= entry.expiresMs) {
      this.#entries.delete(key);
      return undefined;
    }
    const response = new Uint8Array(entry.response);
    putUint16(response, 0, query.id);
    response.set(message.subarray(headerLength, query.questionEnd), headerLength);
    const ageSeconds = Math.floor((nowMs - entry.storedMs) / 1000);
    for (const offset of entry.ttlOffsets) {
      const ttl = Math.min(readUint32(response, offset), ttlMaxSeconds);
      putUint32(response, offset, Math.max(0, ttl - ageSeconds));
    }
    return response;
  }

  put(query: Query, response: Uint8Array, nowMs: number): void {
    const lifetime = readLifetime(response, query.questionEnd);
    if (lifetime === undefined || lifetime.seconds === 0) return;
    if (this.#entries.size >= this.#capacity) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(keyOf(query), {
      response: new Uint8Array(response),
      ttlOffsets: lifetime.ttlOffsets,
      storedMs: nowMs,
      expiresMs: nowMs + lifetime.seconds * 1000,
    });
  }
}

/** Two queries with the same key may get the same bytes, but for identifier and case. */
function keyOf({ name, type, recordClass, edns, flags }: Query): string {
  const asked = flags & (recursionDesiredFlag | checkingDisabledFlag);
  return `${name.toLowerCase()} ${type} ${recordClass} ${asked} ${edns === undefined ? '' : edns.wantsDnssec}`;
}

interface Lifetime {
  readonly seconds: number;
  readonly ttlOffsets: readonly number[];
}

/**
 * For how long a response may be repeated; undefined where it may not. A response without an answer says by its SOA
 * for how long there is none (RFC 2308); failures and answers that were cut off are asked for again.
 */
function readLifetime(response: Uint8Array, questionEnd: number): Lifetime | undefined {
  const code = response[3]! & 0x0f;
  if (code !== responseCodes.NOERROR && code !== responseCodes.NXDOMAIN) return undefined;
  if (isTruncated(response)) return undefined;
  const answerCount = readUint16(response, 6);
  const count = answerCount + readUint16(response, 8) + readUint16(response, 10);
  const ttlOffsets: number[] = [];
  let seconds = ttlMaxSeconds;
  let hasSoa = false;
  let offset = questionEnd;
  for (let i = 0; i < count; i++) {
    const record = readRecordHeader(response, offset);
    if (record === undefined) return undefined;
    offset = record.end;
    if (record.type === recordTypes.OPT) continue;
    ttlOffsets.push(record.ttlOffset);
    seconds = Math.min(seconds, record.ttl);
    if (record.type === recordTypes.SOA && record.end - record.dataOffset >= 22) {
      hasSoa = true;
      if (answerCount === 0) seconds = Math.min(seconds, readUint32(response, record.end - 4));
    }
  }
  return answerCount === 0 && !hasSoa ? undefined : { seconds, ttlOffsets };
}
