import type { Taint, Toleration } from '../api/generated/index.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  const key = toleration.key ?? '';
  if (key !== '' && key !== taint.key) return false;
  // Kubernetes: an empty operator means Equal; an empty key needs Exists, which validation sees to.
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}

export function isTolerated(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  if (tolerations === undefined) return false;
  for (const toleration of tolerations) if (tolerates(toleration, taint)) return true;
  return false;
}

/** The first taint with one of the effects that no toleration covers. */
export function findUntolerated(
  tolerations: readonly Toleration[] | undefined,
  taints: readonly Taint[] | undefined,
  effects: ReadonlySet<string>,
): Taint | undefined {
  return taints?.find(taint => effects.has(taint.effect) && !isTolerated(tolerations, taint));
}
