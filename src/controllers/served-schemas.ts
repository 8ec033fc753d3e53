import type { CustomResourceDefinition } from '../api/generated/index.ts';
import { schemaOf } from '../api/generated/schemas.ts';
import { builtInKinds } from '../api/index.ts';
import { compileCrdSchema, formatGroupVersion, type JsonSchema, type Schema } from '../machinery/index.ts';

/** A kind by the name that Go gives it, `apps/v1, Kind=Deployment`, with its schema. */
export interface TypedKind {
  readonly kind: string;
  readonly schema: Schema;
}

/** The schemas of what is served: built-in kinds and those of CRDs. */
export class ServedSchemas {
  readonly #crds: readonly CustomResourceDefinition[];

  constructor(crds: readonly CustomResourceDefinition[]) {
    this.#crds = crds;
  }

  ofResource(group: string, version: string, resource: string): TypedKind | undefined {
    const apiVersion = formatGroupVersion({ group, version });
    for (const { versions } of builtInKinds) {
      const found = versions.find(
        ({ type }) => type.group === group && type.version === version && type.resource === resource,
      );
      if (found !== undefined) return { kind: `${apiVersion}, Kind=${found.type.kind}`, schema: found.schema() };
    }
    const crd = this.#crds.find(({ spec }) => spec.group === group && spec.names.plural === resource);
    const schema = crd === undefined ? undefined : compile(crd, version);
    return schema === undefined ? undefined : { kind: `${apiVersion}, Kind=${crd!.spec.names.kind}`, schema };
  }

  ofKind(apiVersion: string, kind: string): Schema | undefined {
    for (const { versions } of builtInKinds) {
      const found = versions.find(({ type }) => formatGroupVersion(type) === apiVersion && type.kind === kind);
      if (found !== undefined) return found.schema();
    }
    const slash = apiVersion.indexOf('/');
    const crd = this.#crds.find(({ spec }) => spec.group === apiVersion.slice(0, slash) && spec.names.kind === kind);
    return crd === undefined ? undefined : compile(crd, apiVersion.slice(slash + 1));
  }
}

function compile(crd: CustomResourceDefinition, version: string): Schema | undefined {
  const found = crd.spec.versions.find(({ name, served }) => name === version && served);
  if (found === undefined) return undefined;
  return compileCrdSchema(
    found.schema?.openAPIV3Schema as JsonSchema | undefined,
    { objectMeta: schemaOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta') },
    crd.spec.preserveUnknownFields === true,
  );
}
