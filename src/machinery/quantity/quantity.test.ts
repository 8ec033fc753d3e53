import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalizeQuantity,
  checkQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityOf,
  quantityOfMilli,
  quantityToBigInt,
  quantityToInteger,
  quantityToMilli,
  quantityToNumber,
  subtractQuantities,
} from './index.ts';

test('prints quantities in canonical form', () => {
  const cases: [string, string][] = [
    ['0', '0'],
    ['0Mi', '0'],
    ['1024Mi', '1Gi'],
    ['0.5', '500m'],
    ['1.5Gi', '1536Mi'],
    ['1500m', '1500m'],
    ['2000m', '2'],
    ['1000k', '1M'],
    ['100000', '100k'],
    ['1e3', '1e3'],
    ['1.5e3', '1500'],
    ['10E', '10E'],
    ['1000000Ki', '1000000Ki'],
    ['0.5Ki', '512'],
    ['0.1m', '100u'],
    ['0.1n', '1n'],
    ['-2000m', '-2'],
    ['.5', '500m'],
    ['5.', '5.'],
    ['1.500', '1.500'],
    ['512', '512'],
    ['1025Mi', '1025Mi'],
    ['1e6', '1e6'],
    ['1000e6', '1e9'],
    ['9223372036854775807Ei', '9223372036854775807'],
    ['64Gi', '64Gi'],
    ['65536Mi', '64Gi'],
    ['1.1', '1100m'],
    ['12.0', '12'],
  ];
  for (const [text, expected] of cases) assert.equal(canonicalizeQuantity(text), expected, text);
});

test('refuses what is no quantity, in upstream words', () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  assert.equal(checkQuantity(''), format);
  assert.equal(checkQuantity('abc'), format);
  assert.equal(checkQuantity('1 Gi'), format);
  assert.equal(checkQuantity('1.2.3'), format);
  assert.equal(checkQuantity('1iK'), "unable to parse quantity's suffix");
  assert.equal(checkQuantity('10KiB'), format);
  assert.equal(checkQuantity('10mi'), "unable to parse quantity's suffix");
  assert.equal(checkQuantity('100m'), undefined);
});

test('gives numbers for the usual forms', () => {
  assert.equal(quantityToNumber('250m'), 0.25);
  assert.equal(quantityToNumber('1Gi'), 2 ** 30);
  assert.equal(quantityToNumber('1.5'), 1.5);
  assert.equal(quantityToNumber(3), 3);
  assert.equal(quantityToMilli('1'), 1000);
  assert.equal(quantityToMilli('1.5'), 1500);
  assert.equal(quantityToMilli('100u'), 1);
  assert.equal(quantityToMilli('250m'), 250);
  assert.equal(quantityToInteger('1500m'), 2);
  assert.equal(quantityToBigInt('-1500m'), -2n);
  assert.equal(quantityToBigInt('2Ki'), 2048n);
  assert.ok(Number.isNaN(quantityToNumber('x')));
});

test('keeps the format of the left operand unless it is zero', () => {
  const sum = (a: string, b: string): string => formatQuantity(addQuantities(parseQuantity(a)!, parseQuantity(b)!));
  assert.equal(sum('1Gi', '1G'), '2073741824');
  assert.equal(sum('0', '1Gi'), '1Gi');
  assert.equal(sum('512Mi', '512Mi'), '1Gi');
  assert.equal(sum('500m', '500m'), '1');
  assert.equal(formatQuantity(subtractQuantities(parseQuantity('1')!, parseQuantity('250m')!)), '750m');
  assert.equal(formatQuantity(quantityOfMilli(1250)), '1250m');
  assert.equal(formatQuantity(quantityOf(2 ** 20, 'BinarySI')), '1Mi');
});

test('formatting and parsing again gives the same value, and arithmetic is exact', () => {
  const quantity = fc.tuple(
    fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e3', 'e-6'),
  );
  fc.assert(
    fc.property(quantity, quantity, (a, b) => {
      const left = parseQuantity(`${a[0]}${a[1]}`)!;
      const right = parseQuantity(`${b[0]}${b[1]}`)!;
      const again = parseQuantity(formatQuantity({ nanos: left.nanos, format: left.format }))!;
      assert.equal(compareQuantities(left, again), 0);
      const sum = addQuantities(left, right);
      assert.equal(compareQuantities(subtractQuantities(sum, right), left), 0);
    }),
  );
});
