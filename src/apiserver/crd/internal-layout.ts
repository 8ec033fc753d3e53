import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  CustomResourceValidation,
  SelectableField,
} from '../../api/generated/index.ts';
import { isDeepEqual } from '../../machinery/index.ts';

/** What a version may say for itself, or the CRD for all of them. */
interface Shared {
  readonly schema?: CustomResourceValidation | undefined;
  readonly subresources?: CustomResourceSubresources | undefined;
  readonly additionalPrinterColumns?: readonly CustomResourceColumnDefinition[] | undefined;
  readonly selectableFields?: readonly SelectableField[] | undefined;
}

/**
 * A CRD as upstream's internal version has it, which its error messages and paths are about: what all versions say alike
 * stands once beside them (`spec.validation`), and no longer in each.
 */
export interface InternalLayout {
  readonly shared: Shared;
  readonly versions: readonly CustomResourceDefinitionVersion[];
}

const movable = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;

/** Kubernetes: `Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec`. */
export function layOut(spec: CustomResourceDefinitionSpec): InternalLayout {
  const versions = spec.versions ?? [];
  const [first, ...others] = versions;
  if (first === undefined) return { shared: {}, versions };
  const alike = movable.filter(name => others.every(other => isDeepEqual(other[name], first[name])));
  const shared = Object.fromEntries(alike.map(name => [name, first[name]])) as Shared;
  const kept = versions.map(version =>
    Object.fromEntries(Object.entries(version).filter(([name]) => !alike.includes(name as 'schema'))),
  );
  return { shared, versions: kept as unknown as readonly CustomResourceDefinitionVersion[] };
}
