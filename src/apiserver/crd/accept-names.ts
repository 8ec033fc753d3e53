import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../../api/generated/index.ts';
import { formatAggregate, isSemanticallyEqual } from '../../machinery/index.ts';
import { type Condition, hasCondition, withCondition } from './crd-conditions.ts';

/** The names that other CRDs of a group serve under. */
interface UsedNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/**
 * A CRD with the names that it may have and the conditions that follow. The CRD itself when that is what it says
 * already. Kubernetes: `calculateNamesAndConditions`, and the establishing controller behind it.
 */
export function acceptNames(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): CustomResourceDefinition {
  const used = usedNames(crd, others);
  const { names, conflict } = settleNames(crd, used);
  let settled = crd;
  if (!isSemanticallyEqual(crd.status?.acceptedNames, names)) {
    settled = { ...crd, status: { ...crd.status, acceptedNames: names } } as CustomResourceDefinition;
  }
  settled = withCondition(settled, conflict ?? noConflicts, now);
  if (hasCondition(crd, 'Established')) return settled;
  return withCondition(settled, conflict === undefined ? established : notAccepted, now);
}

const noConflicts: Condition = {
  type: 'NamesAccepted',
  status: 'True',
  reason: 'NoConflicts',
  message: 'no conflicts found',
};

const established: Condition = {
  type: 'Established',
  status: 'True',
  reason: 'InitialNamesAccepted',
  message: 'the initial names have been accepted',
};

const notAccepted: Condition = {
  type: 'Established',
  status: 'False',
  reason: 'NotAccepted',
  message: 'not all names are accepted',
};

function usedNames(crd: CustomResourceDefinition, others: readonly CustomResourceDefinition[]): UsedNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of others) {
    const names = other.status?.acceptedNames;
    if (names === undefined || other.spec.group !== crd.spec.group || other.metadata.name === crd.metadata.name)
      continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) if (name) resources.add(name);
    for (const name of [names.kind, names.listKind]) if (name) kinds.add(name);
  }
  return { resources, kinds };
}

type SingleName = 'plural' | 'singular' | 'kind' | 'listKind';

const resourceNames: readonly (readonly [SingleName, string])[] = [
  ['plural', 'PluralConflict'],
  ['singular', 'SingularConflict'],
];

const kindNames: readonly (readonly [SingleName, string])[] = [
  ['kind', 'KindConflict'],
  ['listKind', 'ListKindConflict'],
];

/** Each name is taken over when it is free; of several conflicts the last one is told. */
function settleNames(
  crd: CustomResourceDefinition,
  used: UsedNames,
): { readonly names: CustomResourceDefinitionNames; readonly conflict: Condition | undefined } {
  const wanted = crd.spec.names;
  const before = crd.status?.acceptedNames ?? { plural: '', kind: '' };
  const accepted: Record<SingleName, string | undefined> = {
    plural: before.plural,
    singular: before.singular,
    kind: before.kind,
    listKind: before.listKind,
  };
  let conflict: Condition | undefined;
  const settle = ([name, reason]: readonly [SingleName, string], taken: ReadonlySet<string>): void => {
    const value = wanted[name];
    if (value === before[name] || value === undefined || !taken.has(value)) accepted[name] = value;
    else conflict = nameConflict(reason, [value]);
  };
  for (const name of resourceNames) settle(name, used.resources);
  const clashing = (wanted.shortNames ?? []).filter(
    name => !before.shortNames?.includes(name) && used.resources.has(name),
  );
  if (clashing.length > 0) conflict = nameConflict('ShortNamesConflict', clashing);
  for (const name of kindNames) settle(name, used.kinds);
  const names = {
    ...accepted,
    shortNames: clashing.length > 0 ? before.shortNames : wanted.shortNames,
    categories: wanted.categories,
  } as CustomResourceDefinitionNames;
  return { names, conflict };
}

function nameConflict(reason: string, names: readonly string[]): Condition {
  const message = formatAggregate(names.map(name => `"${name}" is already in use`));
  return { type: 'NamesAccepted', status: 'False', reason, message };
}
