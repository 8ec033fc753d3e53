import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  applyDefaults,
  applyJsonPatch,
  checkStructure,
  type FieldError,
  formatFieldErrorBody,
  formatGroupVersion,
  isDeepEqual,
  type JsonPatchOperation,
  type KubeObject,
  type ObjectMeta,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../machinery/index.ts';
import type { KindDefinition, RuleContext } from '../kind-definition.ts';
import { builtInKinds } from './index.ts';

/**
 * Each file holds an object, what Kubernetes 1.36's own strategies and printers made of it, and of the object with
 * something changed: what they stored, how they printed it, and with which errors they refused it.
 */
interface Samples {
  readonly base: KubeObject;
  /** As stored; without what is empty. */
  readonly created: unknown;
  /** `name|type|format|priority`. */
  readonly columns?: readonly string[];
  readonly rows: readonly { readonly patch: readonly JsonPatchOperation[]; readonly cells: readonly unknown[] }[];
  readonly refused: readonly Refusal[];
}

interface Refusal {
  readonly op: 'create' | 'update';
  readonly patch: readonly JsonPatchOperation[];
  /** `field: message`, sorted, each once. */
  readonly errors: readonly string[];
}

const context: RuleContext = {
  now: '2026-01-01T00:00:00Z',
  nowMs: Date.parse('2026-01-01T00:00:00Z'),
  uuid: () => 'u',
};
const folder = new URL('upstream-samples/', import.meta.url);

for (const file of readdirSync(folder)) {
  const samples = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Samples;
  const kind = builtInKinds.find(
    ({ storage }) => storage.kind === samples.base.kind && formatGroupVersion(storage) === samples.base.apiVersion,
  )!;

  test(`${samples.base.kind}: stored as upstream stores it`, () => {
    const created = withoutEmpty(prepareNew(kind, samples.base)) as { metadata: ObjectMeta };
    const { uid: _uid, ...metadata } = created.metadata;
    assert.deepEqual({ ...created, metadata }, samples.created);
  });

  test(`${samples.base.kind}: refused in upstream's words`, () => {
    for (const refusal of samples.refused) {
      assert.deepEqual(judge(kind, samples.base, refusal), refusal.errors, JSON.stringify(refusal.patch));
    }
  });

  test(`${samples.base.kind}: printed as upstream prints it`, () => {
    const { columns = [] } = kind.rules;
    const heads = columns.map(({ name, type, format = '', priority }) => `${name}|${type}|${format}|${priority}`);
    if (samples.columns !== undefined) assert.deepEqual(heads, samples.columns);
    for (const { patch, cells } of samples.rows) {
      const object = complete(kind, change(samples.base, patch));
      assert.deepEqual(
        columns.map(column => column.value(object, context.nowMs)),
        cells,
        JSON.stringify(patch),
      );
    }
  });
}

function change(base: KubeObject, patch: readonly JsonPatchOperation[]): KubeObject {
  const outcome = applyJsonPatch(base, patch);
  assert.ok('value' in outcome, JSON.stringify(patch));
  return outcome.value as KubeObject;
}

function complete(kind: KindDefinition, object: KubeObject): KubeObject {
  const schema = kind.versions[0]!.schema();
  const defaulted = applyDefaults(schema, checkStructure(schema, object).value);
  return kind.rules.setDefaults?.(defaulted) ?? defaulted;
}

function prepareNew(kind: KindDefinition, object: KubeObject): KubeObject {
  const { rules } = kind;
  const given = complete(kind, object);
  const identified = { ...given, metadata: { ...given.metadata, uid: 'uid' } };
  if (rules.prepareForCreate !== undefined) return rules.prepareForCreate(identified, context);
  return rules.status === undefined ? identified : ({ ...identified, status: undefined } as KubeObject);
}

function judge(kind: KindDefinition, base: KubeObject, { op, patch }: Refusal): readonly string[] {
  const errors = op === 'create' ? judgeNew(kind, change(base, patch)) : judgeUpdate(kind, base, patch);
  return [...new Set(errors.map(error => `${error.field}: ${formatFieldErrorBody(error)}`))].sort();
}

function judgeNew(kind: KindDefinition, object: KubeObject): readonly FieldError[] {
  const { rules, storage } = kind;
  const created = prepareNew(kind, object);
  return [
    ...validateObjectMeta(created.metadata, { namespaced: storage.namespaced, validateName: rules.validateName }),
    ...(rules.validateCreate?.(created) ?? []),
  ];
}

function judgeUpdate(
  kind: KindDefinition,
  base: KubeObject,
  patch: readonly JsonPatchOperation[],
): readonly FieldError[] {
  const { rules, storage } = kind;
  const metadata = { ...base.metadata, uid: 'u', resourceVersion: '1', generation: 1 };
  const stored = { ...base, metadata: storage.namespaced ? { ...metadata, namespace: 'd' } : metadata };
  const old = complete(kind, stored);
  const given = complete(kind, change(stored, patch)) as KubeObject & { status?: unknown };
  const kept = rules.status === undefined ? given : { ...given, status: (old as { status?: unknown }).status };
  const object = rules.prepareForUpdate?.(kept, old, context) ?? kept;
  return [
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
    ...(rules.skipsFullValidationOnUpdate === true ? [] : (rules.validateCreate?.(object) ?? [])),
    ...(rules.validateUpdate?.(object, old) ?? []),
  ];
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const isEmpty = (field: unknown): boolean =>
    field === undefined || field === null || field === '' || isDeepEqual(field, {}) || isDeepEqual(field, []);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]) => [key, withoutEmpty(field)] as const)
      .filter(([, field]) => !isEmpty(field)),
  );
}
