import type { Environment } from '@marcbachmann/cel-js';

class SetsNamespace {}

function key(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
}

function containsAll(list: readonly unknown[], sublist: readonly unknown[]): boolean {
  const keys = new Set(list.map(key));
  return sublist.every(item => keys.has(key(item)));
}

/** cel-go's set functions. */
export function registerSets(environment: Environment): void {
  environment
    .registerType('kubernetes.Sets', { ctor: SetsNamespace, fields: {} })
    .registerConstant('sets', 'kubernetes.Sets', new SetsNamespace())
    .registerFunction(
      'kubernetes.Sets.contains(list<A>, list<A>): bool',
      (_: unknown, list: unknown[], sub: unknown[]) => containsAll(list, sub),
    )
    .registerFunction(
      'kubernetes.Sets.equivalent(list<A>, list<A>): bool',
      (_: unknown, a: unknown[], b: unknown[]) => containsAll(a, b) && containsAll(b, a),
    )
    .registerFunction('kubernetes.Sets.intersects(list<A>, list<A>): bool', (_: unknown, a: unknown[], b: unknown[]) =>
      b.some(item => containsAll(a, [item])),
    );
}
