import type { CustomResourceDefinitionVersion } from '../../api/generated/index.ts';
import { internalSchema } from '../../machinery/index.ts';

/**
 * The versions of a CRD as upstream prints them in messages: its internal Go structs, every field of them, as JSON.
 */
export function internalVersions(versions: readonly CustomResourceDefinitionVersion[] | undefined): unknown {
  return versions?.map(internalVersion) ?? null;
}

function internalVersion(version: CustomResourceDefinitionVersion): unknown {
  const { schema, subresources, additionalPrinterColumns: columns, selectableFields } = version;
  return {
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema:
      schema === undefined
        ? null
        : { OpenAPIV3Schema: schema.openAPIV3Schema === undefined ? null : internalSchema(schema.openAPIV3Schema) },
    Subresources: subresources === undefined ? null : internalSubresources(subresources),
    AdditionalPrinterColumns:
      columns?.map(column => ({
        Name: column.name,
        Type: column.type,
        Format: column.format ?? '',
        Description: column.description ?? '',
        Priority: column.priority ?? 0,
        JSONPath: column.jsonPath,
      })) ?? null,
    SelectableFields: selectableFields?.map(({ jsonPath }) => ({ JSONPath: jsonPath })) ?? null,
  };
}

function internalSubresources({
  status,
  scale,
}: NonNullable<CustomResourceDefinitionVersion['subresources']>): unknown {
  return {
    Status: status === undefined ? null : {},
    Scale:
      scale === undefined
        ? null
        : {
            SpecReplicasPath: scale.specReplicasPath,
            StatusReplicasPath: scale.statusReplicasPath,
            LabelSelectorPath: scale.labelSelectorPath ?? null,
          },
  };
}
