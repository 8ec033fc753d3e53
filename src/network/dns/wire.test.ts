import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import fc from 'fast-check';
import { type Query, readQuery } from './read-query.ts';
import { readAddressRecords } from './read-response.ts';
import { type DnsRecord, responseCodes } from './records.ts';
import { ResponseCache } from './response-cache.ts';
import { tcpSizeMax, writeAnswer } from './write-answer.ts';
import { writeQuery } from './write-query.ts';

const name = fc
  .array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { minLength: 1, maxLength: 4 })
  .map(labels => labels.join('.'));
const ttl = fc.nat({ max: 2 ** 31 - 1 });
const port = fc.nat({ max: 65_535 });
const byte = fc.nat({ max: 255 });
const ipv4 = fc.tuple(byte, byte, byte, byte).map(bytes => bytes.join('.'));
const record: fc.Arbitrary<DnsRecord> = fc.oneof(
  fc.record({ name, ttl, type: fc.constant('A' as const), data: ipv4 }),
  fc.record({ name, ttl, type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const), data: name }),
  fc.record({ name, ttl, type: fc.constant('TXT' as const), data: fc.stringMatching(/^[a-z]{1,20}$/) }),
  fc.record({
    name,
    ttl,
    type: fc.constant('SRV' as const),
    data: fc.record({ priority: port, weight: port, port, target: name }, { noNullPrototype: true }),
  }),
);

function queryFor(asked: string): { message: Uint8Array; query: Query } {
  const message = writeQuery(asked, 1);
  const query = readQuery(message);
  assert.ok(!('code' in query));
  assert.equal(query.name, asked);
  return { message, query };
}

function answerOf(answers: readonly DnsRecord[]) {
  return { code: responseCodes.NOERROR, isAuthoritative: true, answers, authority: [], additional: [] };
}

function plain(record: packet.Answer): unknown {
  const { name, ttl, type, data } = record as DnsRecord;
  const isText = type === 'TXT';
  return { name, ttl, type, data: isText ? Buffer.concat([data].flat() as unknown as Buffer[]).toString() : { data } };
}

function expected({ name, ttl, type, data }: DnsRecord): unknown {
  return { name, ttl, type, data: type === 'TXT' ? data : { data } };
}

test('another implementation reads what we write, names compressed', () => {
  fc.assert(
    fc.property(name, fc.array(record, { maxLength: 12 }), (asked, answers) => {
      const { message, query } = queryFor(asked);
      const decoded = packet.decode(Buffer.from(writeAnswer(message, query, answerOf(answers), tcpSizeMax)));
      assert.deepEqual(decoded.answers?.map(plain), answers.map(expected));
    }),
  );
});

test('a limit is kept, and what is sent within it can be read', () => {
  fc.assert(
    fc.property(
      name,
      fc.array(record, { maxLength: 40 }),
      fc.integer({ min: 512, max: 1232 }),
      (asked, answers, limit) => {
        const { message, query } = queryFor(asked);
        const written = writeAnswer(message, query, answerOf(answers), limit);
        assert.ok(written.length <= limit);
        const decoded = packet.decode(Buffer.from(written));
        assert.equal(decoded.flag_tc, decoded.answers!.length < answers.length);
        assert.deepEqual(decoded.answers?.map(plain), answers.slice(0, decoded.answers!.length).map(expected));
      },
    ),
  );
});

test('no message, however broken, breaks a reader', () => {
  const { message, query } = queryFor('example.org');
  const reply = packet.encode({
    type: 'response',
    questions: [{ type: 'A', name: 'example.org' }],
    answers: [
      { type: 'CNAME', name: 'example.org', ttl: 5, data: 'a.example.org' },
      { type: 'A', name: 'a.example.org', ttl: 5, data: '192.0.2.1' },
    ],
  });
  const damaged = fc.tuple(fc.constantFrom(message, reply), fc.nat(), byte, fc.nat()).map(([good, at, value, end]) => {
    const bytes = new Uint8Array(good);
    bytes[at % bytes.length] = value;
    return bytes.subarray(0, Math.max(12, end % (bytes.length + 1)));
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), bytes => {
      readQuery(bytes);
      if (bytes.length < 12) return;
      readAddressRecords(bytes, query.questionEnd);
      const cache = new ResponseCache();
      cache.put(query, bytes, 0);
      cache.get(message, query, 1000);
    }),
    { numRuns: 2000 },
  );
});

test('reads the addresses of an answer with compressed names', () => {
  // Two answers whose names point at the question's, as every server writes them.
  const { message, query } = queryFor('a.example.org');
  const answers: DnsRecord[] = [
    { name: 'a.example.org', ttl: 5, type: 'CNAME', data: 'b.example.org' },
    { name: 'b.example.org', ttl: 6, type: 'A', data: '192.0.2.1' },
    { name: 'b.example.org', ttl: 7, type: 'AAAA', data: '2001:db8::1' },
  ];
  const written = writeAnswer(message, query, answerOf(answers), tcpSizeMax);
  assert.deepEqual(readAddressRecords(written, query.questionEnd), answers);
});

test('a full cache lets the oldest go', () => {
  const cache = new ResponseCache(2);
  const put = (asked: string): void => {
    const { message, query } = queryFor(asked);
    const answers: DnsRecord[] = [{ name: asked, ttl: 30, type: 'A', data: '192.0.2.1' }];
    cache.put(query, writeAnswer(message, query, answerOf(answers), tcpSizeMax), 0);
  };
  const has = (asked: string): boolean => {
    const { message, query } = queryFor(asked);
    return cache.get(message, query, 0) !== undefined;
  };
  for (const asked of ['one.org', 'two.org', 'three.org']) put(asked);
  assert.deepEqual([has('one.org'), has('two.org'), has('three.org')], [false, true, true]);
});
