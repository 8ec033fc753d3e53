import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../api/generated/index.ts';
import { schemaOf } from '../../api/generated/schemas.ts';
import { compileCrdSchema, type JsonSchema, type ObjectSchema } from '../../machinery/index.ts';

/** The schema of a CRD's version, compiled once for each version of the CRD object. */
const compiled = new WeakMap<CustomResourceDefinitionVersion, ObjectSchema>();

export function compileVersion(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): ObjectSchema {
  let schema = compiled.get(version);
  if (schema === undefined) {
    schema = compileCrdSchema(
      version.schema?.openAPIV3Schema as JsonSchema | undefined,
      { objectMeta: schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') },
      crd.spec.preserveUnknownFields === true,
    );
    compiled.set(version, schema);
  }
  return schema;
}
