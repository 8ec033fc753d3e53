import { type CelFailure, fail } from '../language/failure.ts';
import type { Functions } from '../language/program.ts';
import { CelObject } from '../language/values.ts';
import { CelQuantity, quantityOrder } from './quantities.ts';

export class CelSemver extends CelObject {
  readonly typeName = 'kubernetes.Semver';
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: readonly string[]) {
    super();
    this.numbers = numbers;
    this.prerelease = prerelease;
  }

  equals(other: CelObject): boolean {
    return other instanceof CelSemver && compareVersions(this, other) === 0;
  }
}

const shape =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function read(text: unknown, normalizes: unknown = false): CelSemver | CelFailure {
  const match = shape.exec(normalizes === true ? normalize(text as string) : (text as string));
  if (match === null) return fail(describeProblem(text as string));
  const [, major, minor, patch, prerelease] = match;
  return new CelSemver([BigInt(major!), BigInt(minor!), BigInt(patch!)], prerelease?.split('.') ?? []);
}

function describeProblem(text: string): string {
  if (text === '') return 'Version string empty';
  if (text.split('.').length < 3) return 'No Major.Minor.Patch elements found';
  return `Invalid character(s) found in version ${JSON.stringify(text)}`;
}

/** Kubernetes: a leading v goes, missing parts are 0, leading zeros go. */
function normalize(text: string): string {
  const plain = text.replace(/^v/, '');
  const match = /^([^-+]*)([-+].*)?$/s.exec(plain);
  const parts = (match?.[1] ?? '').split('.');
  while (parts.length < 3) parts.push('0');
  return parts.map(part => part.replace(/^0+(?=\d)/, '')).join('.') + (match?.[2] ?? '');
}

function compareVersions(one: CelSemver, other: CelSemver): number {
  for (const [index, number] of one.numbers.entries()) {
    if (number !== other.numbers[index]) return number < other.numbers[index]! ? -1 : 1;
  }
  return comparePrereleases(one.prerelease, other.prerelease);
}

/** A version without one is later than any with. */
function comparePrereleases(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return Math.sign(other.length - one.length);
  for (const [index, part] of one.entries()) {
    const against = other[index];
    if (against === undefined) return 1;
    const difference = comparePart(part, against);
    if (difference !== 0) return difference;
  }
  return one.length < other.length ? -1 : 0;
}

function comparePart(one: string, other: string): number {
  const areNumbers = [/^\d+$/.test(one), /^\d+$/.test(other)] as const;
  if (areNumbers[0] && areNumbers[1]) {
    const [left, right] = [BigInt(one), BigInt(other)];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
  return one < other ? -1 : one > other ? 1 : 0;
}

function compare(one: unknown, other: unknown): number {
  return one instanceof CelQuantity
    ? quantityOrder.compare(one, other)
    : compareVersions(one as CelSemver, other as CelSemver);
}

/** `semver('1.2.3').isLessThan(semver('2.0.0'))`; comparisons are of quantities, too. */
export const semvers: Functions = {
  semver: read,
  isSemver: (text, normalizes) => read(text, normalizes) instanceof CelSemver,
  isGreaterThan: (one, other) => compare(one, other) > 0,
  isLessThan: (one, other) => compare(one, other) < 0,
  compareTo: (one, other) => BigInt(compare(one, other)),
  major: version => (version as CelSemver).numbers[0],
  minor: version => (version as CelSemver).numbers[1],
  patch: version => (version as CelSemver).numbers[2],
};
