import { compareText, type KubeObject, type ResourceType } from '../../../machinery/index.ts';
import type { ObjectView } from '../../object-view.ts';

/** A policy with the bindings that name it. */
export interface BoundPolicy<P, B> {
  readonly policy: P;
  readonly bindings: readonly B[];
}

interface NamesPolicy {
  readonly spec: { readonly policyName?: string | undefined };
}

/** The policies that some binding names, and those bindings, both by name. */
export function findBoundPolicies<P extends KubeObject, B extends KubeObject & NamesPolicy>(
  view: ObjectView,
  policies: ResourceType<P>,
  bindings: ResourceType<B>,
): readonly BoundPolicy<P, B>[] {
  const byPolicy = new Map<string, B[]>();
  for (const binding of view.list(bindings)) {
    const name = binding.spec.policyName ?? '';
    const known = byPolicy.get(name);
    if (known === undefined) byPolicy.set(name, [binding]);
    else known.push(binding);
  }
  return [...byPolicy]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([name, bound]) => {
      const policy = view.get(policies, undefined, name);
      return policy === undefined ? [] : [{ policy, bindings: bound }];
    });
}
