import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, encodeUtf8 } from '../bytes/index.ts';
import { type LogFormat, LogFormatter, padTimestamp, parseLogLine } from './index.ts';

const plain: LogFormat = { timestamps: false };

function format(text: string, options: LogFormat = plain): string {
  return decodeUtf8(new LogFormatter(options).push(encodeUtf8(text)));
}

const log = [
  '2026-01-01T00:00:00.1Z stdout F first',
  '2026-01-01T00:00:01Z stderr P a long ',
  '2026-01-01T00:00:01.5Z stderr F line',
  '2026-01-01T00:00:02Z stdout F ',
  '2026-01-01T00:00:03Z stdout P no newline',
  '',
].join('\n');

describe('a container’s log', () => {
  it('is read without CRI’s heads, long lines in one piece', () => {
    assert.equal(format(log), 'first\na long line\n\nno newline');
  });

  it('shows a time for each line where it is asked for', () => {
    assert.equal(
      format(log, { timestamps: true }),
      [
        '2026-01-01T00:00:00.100000000Z first',
        '2026-01-01T00:00:01.000000000Z a long line',
        '2026-01-01T00:00:02.000000000Z ',
        '2026-01-01T00:00:03.000000000Z no newline',
      ].join('\n'),
    );
  });

  it('begins where it is asked to, and ends after so many bytes', () => {
    assert.equal(format(log, { timestamps: false, sinceMs: Date.UTC(2026, 0, 1, 0, 0, 2) }), '\nno newline');
    const formatter = new LogFormatter({ timestamps: false, limitBytes: 8 });
    assert.equal(decodeUtf8(formatter.push(encodeUtf8(log))), 'first\na ');
    assert.equal(formatter.isFull, true);
  });

  it('shows no more lines than asked for, though more are being written', () => {
    assert.equal(format(log, { timestamps: false, limitLines: 1 }), 'first\n');
  });

  it('reads the same however its bytes are cut', () => {
    const bytes = encodeUtf8(`${log}\n2026-01-01T00:00:04Z stdout F grüß 🙂\n`);
    const whole = decodeUtf8(new LogFormatter(plain).push(bytes));
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), cuts => {
        const formatter = new LogFormatter(plain);
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((end, i) => formatter.push(bytes.subarray(places[i], end)));
        return Buffer.concat(parts).toString() === whole;
      }),
    );
  });

  it('passes over what is no line of a log', () => {
    assert.equal(format('nonsense\n\n2026-01-01T00:00:00Z stdout F ok\n'), 'ok\n');
    assert.equal(parseLogLine('2026-01-01T00:00:00Z stdin F x'), undefined);
  });

  it('has times with all their digits', () => {
    assert.equal(padTimestamp('2026-01-01T00:00:00+01:00'), '2026-01-01T00:00:00.000000000+01:00');
  });
});

describe('UTF-8', () => {
  it('goes there and back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => decodeUtf8(encodeUtf8(text)) === text));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text =>
        Buffer.from(text, 'utf8').equals(Buffer.from(encodeUtf8(text))),
      ),
    );
  });

  it('replaces what is none', () => {
    assert.equal(decodeUtf8(Uint8Array.of(0x61, 0xff, 0xc3, 0x62)), 'a\ufffd\ufffdb');
  });
});
