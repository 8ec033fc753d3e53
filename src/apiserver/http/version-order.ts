import { compareText } from '../../machinery/index.ts';

const pattern = /^v(\d+)(?:(alpha|beta)(\d+))?$/;

interface VersionRank {
  readonly stability: number;
  readonly major: number;
  readonly minor: number;
}

/** Kubernetes: `CompareKubeAwareVersionStrings`, newest first: v2, v1, v2beta1, v1alpha2, then anything else by text. */
export function compareVersions(a: string, b: string): number {
  const rankA = rank(a);
  const rankB = rank(b);
  if (rankA === undefined || rankB === undefined) {
    if (rankA === undefined && rankB === undefined) return compareText(a, b);
    return rankA === undefined ? 1 : -1;
  }
  return rankB.stability - rankA.stability || rankB.major - rankA.major || rankB.minor - rankA.minor;
}

function rank(version: string): VersionRank | undefined {
  const match = pattern.exec(version);
  if (match === null) return undefined;
  const stability = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}
