import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../../api/generated/index.ts';
import type { KindRules, ServedVersion, SubresourceFacts } from '../../api/index.ts';
import { formatGroupVersion, type JsonSchema, type KubeObject, type ResourceType } from '../../machinery/index.ts';
import type { CustomResource, ServedResource } from '../core-contract.ts';
import { compareVersions } from '../http/version-order.ts';
import { compileVersion } from './compile-version.ts';
import { type ConverterSource, CustomVersions, VersionConversion, type WebhookConverter } from './conversion/index.ts';
import { copyJson } from './copy-json.ts';
import { customColumns } from './custom-columns.ts';
import { CustomValidation } from './custom-validation.ts';
import { CustomView } from './custom-view.ts';
import { warnOfFinalizers } from './finalizer-warnings.ts';
import { findByPath, parseJsonPath } from './json-path.ts';

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/**
 * What a CRD serves: each of its served versions as a kind of its own over the same stored objects, because each version
 * brings its own schema and columns. Empty while it has no storage version.
 */
export function defineCustomKind(
  stored: CustomResourceDefinition,
  convertBy: ConverterSource,
): readonly ServedResource[] {
  // What is compiled hangs on the schemas: on a copy it goes when it is no longer served, and not when the stored object
  // has left every history.
  return defineVersions({ ...stored, spec: copyJson(stored.spec) }, convertBy);
}

function defineVersions(crd: CustomResourceDefinition, convertBy: ConverterSource): readonly ServedResource[] {
  const stored = crd.spec.versions.find(version => version.storage);
  if (stored === undefined) return [];
  const storage = typeOf(crd, stored);
  const versions = versionsOf(crd, storage);
  const converter = convertBy(crd);
  return crd.spec.versions
    .filter(version => version.served)
    .map(version => {
      const served = servedVersion(crd, version);
      return {
        definition: { storage, versions: [served], rules: rulesOf(version, served) },
        version: served,
        crd: customResource(crd, formatGroupVersion(served.type), versions, converter),
      };
    });
}

function versionsOf(crd: CustomResourceDefinition, storage: ResourceType): CustomVersions {
  const schemas = crd.spec.versions.map(
    version => [`${crd.spec.group}/${version.name}`, () => compileVersion(crd, version)] as const,
  );
  return new CustomVersions(formatGroupVersion(storage), new Map(schemas));
}

function customResource(
  crd: CustomResourceDefinition,
  apiVersion: string,
  versions: CustomVersions,
  converter: WebhookConverter | undefined,
): CustomResource {
  const view = new CustomView(versions, apiVersion, converter === undefined);
  return {
    name: crd.metadata.name!,
    uid: crd.metadata.uid!,
    show: object => view.show(object),
    conversion: converter === undefined ? undefined : new VersionConversion(versions, converter, apiVersion),
    isTerminating: crd.metadata.deletionTimestamp !== undefined,
  };
}

function typeOf(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): ResourceType {
  const names = crd.status?.acceptedNames ?? crd.spec.names;
  return {
    group: crd.spec.group,
    version: version.name,
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    kind: names.kind,
    namespaced: crd.spec.scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
  };
}

function servedVersion(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): ServedVersion {
  const type = typeOf(crd, version);
  return {
    type,
    schema: () => compileVersion(crd, version),
    customSchema: (version.schema?.openAPIV3Schema ?? {}) as JsonSchema,
    customSelectableFields: version.selectableFields?.map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    verbs,
    subresources: subresourcesOf(type, version),
    columns: customColumns(version.additionalPrinterColumns),
    deprecationWarning: version.deprecated ? (version.deprecationWarning ?? warnOfDeprecation(crd, type)) : undefined,
  };
}

/** Kubernetes: `defaultDeprecationWarning`: names the newest version to go to. */
function warnOfDeprecation({ spec }: CustomResourceDefinition, { group, version, kind }: ResourceType): string {
  const newer = spec.versions
    .filter(({ name, served, deprecated }) => served && !deprecated && compareVersions(name, version) < 0)
    .map(({ name }) => name)
    .sort(compareVersions);
  const hint = newer.length === 0 ? '' : `; use ${group}/${newer[0]} ${kind}`;
  return `${group}/${version} ${kind} is deprecated${hint}`;
}

function subresourcesOf(type: ResourceType, version: CustomResourceDefinitionVersion): readonly SubresourceFacts[] {
  const parts: SubresourceFacts[] = [];
  const partVerbs = ['get', 'patch', 'update'];
  if (version.subresources?.status !== undefined) parts.push({ name: 'status', kind: type.kind, verbs: partVerbs });
  if (version.subresources?.scale !== undefined) {
    parts.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: partVerbs });
  }
  return parts;
}

function rulesOf(version: CustomResourceDefinitionVersion, served: ServedVersion): KindRules {
  const { scale, status } = version.subresources ?? {};
  const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined;
  const validation = new CustomValidation(schema, served, version.subresources);
  return {
    validateCreate: object => validation.validate(object),
    validateUpdate: (object, old) => validation.validateUpdate(object, old),
    skipsFullValidationOnUpdate: true,
    requiresResourceVersion: true,
    warnings: (object, old) => [...warnOfFinalizers(object, old), ...validation.warningsOf(object)],
    status:
      status === undefined
        ? undefined
        : {
            prepareForUpdate: takeStatus,
            validateUpdate: (object, old) => validation.validateStatusUpdate(object, old),
          },
    scale:
      scale === undefined
        ? undefined
        : {
            specReplicas: scale.specReplicasPath,
            statusReplicas: scale.statusReplicasPath,
            selector: scale.labelSelectorPath,
          },
    selectableFields: selectableFields(version),
  };
}

/** Kubernetes: a custom resource's status subresource changes nothing else, metadata included. */
function takeStatus(object: KubeObject, old: KubeObject): KubeObject {
  const { status } = object as { readonly status?: unknown };
  const { resourceVersion, uid } = object.metadata;
  return { ...old, metadata: { ...old.metadata, resourceVersion, uid }, status } as KubeObject;
}

function selectableFields(version: CustomResourceDefinitionVersion): KindRules['selectableFields'] {
  const fields: Record<string, (object: KubeObject) => string> = {};
  for (const { jsonPath } of version.selectableFields ?? []) {
    const path = parseJsonPath(jsonPath) ?? [];
    fields[jsonPath.replace(/^\./, '')] = object => {
      const [value] = findByPath(path, object);
      return value === undefined || value === null ? '' : String(value);
    };
  }
  return fields;
}
