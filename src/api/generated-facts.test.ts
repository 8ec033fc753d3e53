import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  applyDefaults,
  checkStructure,
  type FieldSchema,
  type ObjectSchema,
  OpenApiDocuments,
  type Schema,
} from '../machinery/index.ts';
import { definitionNames, schemaOf, schemaOfKind, servedResources } from './generated/index.ts';

/** What a default API server of v1.36 serves, one resource a line: version, resource, kind, scope, subresources. */
const expectedResources = `
v1 bindings Binding namespaced
v1 componentstatuses ComponentStatus cluster
v1 configmaps ConfigMap namespaced
v1 endpoints Endpoints namespaced
v1 events Event namespaced
v1 limitranges LimitRange namespaced
v1 namespaces Namespace cluster finalize status
v1 nodes Node cluster proxy status
v1 persistentvolumeclaims PersistentVolumeClaim namespaced status
v1 persistentvolumes PersistentVolume cluster status
v1 pods Pod namespaced attach binding ephemeralcontainers eviction exec log portforward proxy resize status
v1 podtemplates PodTemplate namespaced
v1 replicationcontrollers ReplicationController namespaced scale status
v1 resourcequotas ResourceQuota namespaced status
v1 secrets Secret namespaced
v1 serviceaccounts ServiceAccount namespaced token
v1 services Service namespaced proxy status
admissionregistration.k8s.io/v1 mutatingadmissionpolicies MutatingAdmissionPolicy cluster
admissionregistration.k8s.io/v1 mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding cluster
admissionregistration.k8s.io/v1 mutatingwebhookconfigurations MutatingWebhookConfiguration cluster
admissionregistration.k8s.io/v1 validatingadmissionpolicies ValidatingAdmissionPolicy cluster status
admissionregistration.k8s.io/v1 validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding cluster
admissionregistration.k8s.io/v1 validatingwebhookconfigurations ValidatingWebhookConfiguration cluster
apiextensions.k8s.io/v1 customresourcedefinitions CustomResourceDefinition cluster status
apiregistration.k8s.io/v1 apiservices APIService cluster status
apps/v1 controllerrevisions ControllerRevision namespaced
apps/v1 daemonsets DaemonSet namespaced status
apps/v1 deployments Deployment namespaced scale status
apps/v1 replicasets ReplicaSet namespaced scale status
apps/v1 statefulsets StatefulSet namespaced scale status
authentication.k8s.io/v1 selfsubjectreviews SelfSubjectReview cluster
authentication.k8s.io/v1 tokenreviews TokenReview cluster
authorization.k8s.io/v1 localsubjectaccessreviews LocalSubjectAccessReview namespaced
authorization.k8s.io/v1 selfsubjectaccessreviews SelfSubjectAccessReview cluster
authorization.k8s.io/v1 selfsubjectrulesreviews SelfSubjectRulesReview cluster
authorization.k8s.io/v1 subjectaccessreviews SubjectAccessReview cluster
autoscaling/v1 horizontalpodautoscalers HorizontalPodAutoscaler namespaced status
autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler namespaced status
batch/v1 cronjobs CronJob namespaced status
batch/v1 jobs Job namespaced status
certificates.k8s.io/v1 certificatesigningrequests CertificateSigningRequest cluster approval status
coordination.k8s.io/v1 leases Lease namespaced
discovery.k8s.io/v1 endpointslices EndpointSlice namespaced
events.k8s.io/v1 events Event namespaced
flowcontrol.apiserver.k8s.io/v1 flowschemas FlowSchema cluster status
flowcontrol.apiserver.k8s.io/v1 prioritylevelconfigurations PriorityLevelConfiguration cluster status
networking.k8s.io/v1 ingressclasses IngressClass cluster
networking.k8s.io/v1 ingresses Ingress namespaced status
networking.k8s.io/v1 ipaddresses IPAddress cluster
networking.k8s.io/v1 networkpolicies NetworkPolicy namespaced
networking.k8s.io/v1 servicecidrs ServiceCIDR cluster status
node.k8s.io/v1 runtimeclasses RuntimeClass cluster
policy/v1 poddisruptionbudgets PodDisruptionBudget namespaced status
rbac.authorization.k8s.io/v1 clusterrolebindings ClusterRoleBinding cluster
rbac.authorization.k8s.io/v1 clusterroles ClusterRole cluster
rbac.authorization.k8s.io/v1 rolebindings RoleBinding namespaced
rbac.authorization.k8s.io/v1 roles Role namespaced
resource.k8s.io/v1 deviceclasses DeviceClass cluster
resource.k8s.io/v1 resourceclaims ResourceClaim namespaced status
resource.k8s.io/v1 resourceclaimtemplates ResourceClaimTemplate namespaced
resource.k8s.io/v1 resourceslices ResourceSlice cluster
scheduling.k8s.io/v1 priorityclasses PriorityClass cluster
storage.k8s.io/v1 csidrivers CSIDriver cluster
storage.k8s.io/v1 csinodes CSINode cluster
storage.k8s.io/v1 csistoragecapacities CSIStorageCapacity namespaced
storage.k8s.io/v1 storageclasses StorageClass cluster
storage.k8s.io/v1 volumeattachments VolumeAttachment cluster status
storage.k8s.io/v1 volumeattributesclasses VolumeAttributesClass cluster
`.trim();

function describeResources(): string {
  const lines = servedResources.map(({ type, subresources }) => {
    const version = type.group === '' ? type.version : `${type.group}/${type.version}`;
    const scope = type.namespaced ? 'namespaced' : 'cluster';
    return [version, type.resource, type.kind, scope, ...subresources.map(({ name }) => name)].join(' ');
  });
  return lines.join('\n');
}

const freeForm = /\.JSONSchemaPropsOr/;
const objectNames = [...definitionNames()].filter(name => !freeForm.test(name));

/** The object schema in a schema of any depth of lists and maps. */
function innermost(schema: Schema): Schema {
  if (schema.type === 'list') return innermost(schema.items);
  return schema.type === 'map' ? innermost(schema.values) : schema;
}

/** A value of a schema such as an object in the store has: canonical, nothing empty that Go would not write. */
function arbitraryOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'object':
      return arbitraryObject(schema, depth);
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'b', 'c.d/e'), arbitraryOf(schema.values, depth - 1), {
        minKeys: 1,
        maxKeys: 2,
      });
    case 'list':
      return fc.array(arbitraryOf(schema.items, depth - 1), { minLength: 1, maxLength: 2 });
    case 'any':
      return schema.alternatives === undefined
        ? fc.constantFrom({ x: 1 }, { y: ['z'] })
        : fc.oneof(...schema.alternatives.map(alternative => arbitraryOf(alternative, depth - 1)));
    case 'boolean':
      return fc.constant(true);
    case 'integer':
    case 'int-or-string':
      return fc.integer({ min: 1, max: 2147483647 });
    case 'number':
      return fc.constantFrom(1.5, 2);
    case 'string':
      return arbitraryText(schema.format);
  }
}

function arbitraryText(format: string | undefined): fc.Arbitrary<string> {
  switch (format) {
    case 'quantity':
      return fc.constantFrom('1', '100m', '1Gi', '5k');
    case 'time':
      return fc.constantFrom('2024-01-02T03:04:05Z', '1999-12-31T23:59:59Z');
    case 'micro-time':
      return fc.constantFrom('2024-01-02T03:04:05.000006Z');
    case 'byte':
      return fc.constantFrom('aGVsbG8=', 'AA==');
    default:
      return fc.string({ minLength: 1, maxLength: 8 });
  }
}

function arbitraryObject(schema: ObjectSchema, depth: number): fc.Arbitrary<unknown> {
  const fields = [...schema.fields.values()].filter(field => depth > 0 || isScalar(field));
  const record = Object.fromEntries(fields.map(field => [field.name, arbitraryOf(field.schema, depth - 1)] as const));
  return fc.record(record, { requiredKeys: [] });
}

function isScalar(field: FieldSchema): boolean {
  const { schema } = field;
  return schema.type === 'any' ? schema.alternatives === undefined : !['object', 'list', 'map'].includes(schema.type);
}

describe('the facts of Kubernetes v1.36', () => {
  it('hold every resource that a default API server serves', () => {
    assert.equal(describeResources(), expectedResources);
  });

  it('hold a schema for every kind, list and subresource, with metadata', () => {
    for (const { type, verbs, subresources } of servedResources) {
      assert.ok(schemaOfKind(type.group, type.version, type.kind).fields.has('metadata'), type.kind);
      if (verbs.includes('list'))
        assert.ok(schemaOfKind(type.group, type.version, `${type.kind}List`).fields.has('items'));
      for (const { group, version, kind } of subresources) {
        if (!kind.endsWith('Options')) assert.ok(schemaOfKind(group, version, kind).isKind, kind);
      }
    }
    for (const kind of ['Status', 'DeleteOptions']) assert.ok(schemaOfKind('', 'v1', kind).isKind);
  });

  it('name every constant once, and every verb that discovery names', () => {
    const keys = servedResources.map(({ type }) => `${type.group}/${type.version}/${type.resource}`);
    assert.equal(new Set(keys).size, keys.length);
    const pods = servedResources.find(({ type }) => type.resource === 'pods')!;
    assert.deepEqual(pods.verbs, ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']);
    assert.deepEqual(pods.type.shortNames, ['po']);
    assert.deepEqual(pods.type.categories, ['all']);
  });

  it('name keys of lists that are fields of their items', () => {
    for (const name of objectNames) {
      for (const field of schemaOf(name).fields.values()) {
        const keys = field.schema.type === 'list' ? (field.schema.keys ?? []) : [];
        const items = innermost(field.schema);
        for (const key of [...keys, ...(field.patchMergeKey === undefined ? [] : [field.patchMergeKey])]) {
          assert.ok(items.type === 'object' && items.fields.has(key), `${name}.${field.name} ${key}`);
        }
      }
    }
  });

  it('give every field of a message a protobuf number of its own', () => {
    for (const name of objectNames) {
      const seen = new Set<string>();
      for (const field of schemaOf(name).fields.values()) {
        if (field.protobufNumber === 0) {
          assert.ok(['apiVersion', 'kind'].includes(field.name), `${name}.${field.name} has no number`);
          continue;
        }
        const key = [...(field.protobufParents ?? []), field.protobufNumber].join('.');
        assert.ok(!seen.has(key), `${name}.${field.name} shares ${key}`);
        seen.add(key);
      }
    }
  });

  it('know how Go embeds structs: a volume source is a message of its own', () => {
    const hostPath = schemaOf('io.k8s.api.core.v1.Volume').fields.get('hostPath')!;
    assert.deepEqual([hostPath.protobufParents, hostPath.protobufNumber], [[2], 1]);
  });
});

describe('the schema of each definition', () => {
  it('takes a stored object as it is, the same instance', () => {
    for (const name of objectNames) {
      const schema = schemaOf(name);
      fc.assert(
        fc.property(arbitraryOf(schema, 2), value => {
          const result = checkStructure(schema, value);
          assert.deepEqual(result.errors, []);
          assert.deepEqual(result.unknownFields, []);
          assert.equal(result.value, value);
        }),
        { numRuns: 3 },
      );
    }
  });

  it('fills defaults once: a second time changes nothing, and they pass the check', () => {
    for (const name of objectNames) {
      const schema = schemaOf(name);
      const filled = applyDefaults(schema, {});
      assert.equal(applyDefaults(schema, filled), filled, name);
      assert.deepEqual(checkStructure(schema, filled).errors, [], name);
    }
  });

  it('finds one unknown field wherever it stands', () => {
    const pod = schemaOfKind('', 'v1', 'Pod');
    fc.assert(
      fc.property(fc.nat(2), fc.nat(1), (container, port) => {
        const containers = Array.from({ length: 3 }, (_, at) => ({
          name: `c${at}`,
          ports: [1, 2].map(number => ({ containerPort: number })),
        }));
        Object.assign(containers[container]!.ports[port]!, { bogus: true });
        const { unknownFields } = checkStructure(pod, { metadata: { name: 'a' }, spec: { containers } } as unknown);
        assert.deepEqual(unknownFields, [`spec.containers[${container}].ports[${port}].bogus`]);
      }),
    );
  });
});

describe('OpenAPI of the built-in kinds', () => {
  const documents = new OpenApiDocuments({
    version: 'v1.36.0',
    generation: () => 1,
    schemaOfKind,
    resources: () =>
      servedResources.map(({ type, verbs, subresources }) => ({
        type,
        verbs,
        subresources,
        schema: () => schemaOfKind(type.group, type.version, type.kind),
      })),
  });

  it('defines everything it refers to, in both editions', () => {
    const texts = [documents.v2(), ...documents.v3Paths().map(path => documents.v3(path)!)];
    for (const text of texts) {
      const document = JSON.parse(text) as { definitions?: object; components?: { schemas: object } };
      const defined = document.definitions ?? document.components?.schemas ?? {};
      for (const [, name] of text.matchAll(/"\$ref":"#\/(?:definitions|components\/schemas)\/([^"]+)"/g)) {
        assert.ok(Object.hasOwn(defined, name!), `no ${name}`);
      }
    }
    // One for each group-version, each group but the core one, and discovery's own.
    assert.equal(documents.v3Paths().length, 22 + 20 + 5);
  });

  it('gives every operation an id of its own', () => {
    const { paths } = JSON.parse(documents.v2()) as { paths: Record<string, Record<string, { operationId?: string }>> };
    const ids = Object.values(paths).flatMap(item =>
      Object.values(item).flatMap(operation => operation.operationId ?? []),
    );
    assert.ok(ids.length > 500);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('a CRD', () => {
  const crd = schemaOfKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition');
  const withSchema = (openAPIV3Schema: unknown): unknown => ({
    spec: { versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }] },
  });
  const at = 'spec.versions[0].schema.openAPIV3Schema';

  it('has its schema checked to any depth, through unions of schemas and other things', () => {
    const fine = withSchema({
      type: 'array',
      items: { additionalProperties: true, properties: { a: { items: [{ type: 'string' }] } } },
    });
    assert.equal(checkStructure(crd, fine).value, fine);
    const bad = withSchema({
      items: { properties: { a: { additionalProperties: { typo: 1, type: 5 } } } },
      additionalItems: 'x',
    });
    const { errors, unknownFields } = checkStructure(crd, bad);
    assert.deepEqual(unknownFields, [`${at}.items.properties[a].additionalProperties.typo`]);
    assert.deepEqual(
      errors.map(error => error.field),
      [`${at}.items.properties[a].additionalProperties.type`, `${at}.additionalItems`],
    );
  });
});
