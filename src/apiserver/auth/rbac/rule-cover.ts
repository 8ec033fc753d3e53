import type { PolicyRule } from '../../../api/generated/index.ts';
import { compareText } from '../../../machinery/index.ts';

/**
 * What of `wanted` the `held` rules do not grant, as rules of one verb, group, resource and name each. Empty: holding
 * `held` is at least as much as holding `wanted`. Kubernetes: `Covers` of component-helpers' RBAC validation.
 */
export function findUncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter(single => !held.some(rule => covers(rule, single)));
}

function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const singles: PolicyRule[] = [];
  const names = rule.resourceNames ?? [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const single = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (names.length === 0) singles.push(single);
        else for (const name of names) singles.push({ ...single, resourceNames: [name] });
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) singles.push({ nonResourceURLs: [url], verbs: [verb] });
  }
  return singles;
}

function covers(held: PolicyRule, single: PolicyRule): boolean {
  const names = held.resourceNames ?? [];
  return (
    hasAll(held.verbs, single.verbs) &&
    hasAll(held.apiGroups, single.apiGroups) &&
    coversResources(held.resources ?? [], single.resources ?? []) &&
    coversUrls(held.nonResourceURLs ?? [], single.nonResourceURLs ?? []) &&
    (names.length === 0 || (single.resourceNames !== undefined && hasAll(names, single.resourceNames)))
  );
}

function hasAll(held: readonly string[] = [], wanted: readonly string[] = []): boolean {
  return held.includes('*') || wanted.every(value => held.includes(value));
}

function coversResources(held: readonly string[], wanted: readonly string[]): boolean {
  if (held.includes('*')) return true;
  return wanted.every(resource => {
    if (held.includes(resource)) return true;
    const slash = resource.indexOf('/');
    return slash >= 0 && held.includes(`*/${resource.slice(slash + 1)}`);
  });
}

function coversUrls(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every(url =>
    held.some(one => one === '*' || one === url || (one.endsWith('*') && url.startsWith(one.slice(0, -1)))),
  );
}

/** The rules as upstream's messages list them: simple ones that differ in their verbs only become one. */
export function describeRules(rules: readonly PolicyRule[]): string {
  return compact(rules).map(describeRule).sort(compareText).join('\n');
}

function compact(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const rule of rules.filter(({ nonResourceURLs }) => nonResourceURLs === undefined)) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? rule : { ...known, verbs: [...known.verbs, ...rule.verbs] });
  }
  return [...merged.values(), ...rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined)];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}` */
function describeRule(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const texts = parts
    .filter(([, values]) => values !== undefined && values.length > 0)
    .map(([name, values]) => `${name}:[${values!.map(value => JSON.stringify(value)).join(' ')}]`);
  return `{${texts.join(', ')}}`;
}
