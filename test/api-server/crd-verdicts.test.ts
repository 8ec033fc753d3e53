import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { requestApi } from '../end-to-end/api-request.ts';
import { startApiServer } from './start-api-server.ts';

/** A CRD, as a whole or by what is particular about it, and the causes with which kube-apiserver 1.36 refused it. */
interface Verdict {
  readonly name: string;
  readonly crd?: { readonly metadata: object; readonly spec: object };
  readonly schema?: object;
  /** The schema of `spec.x`. */
  readonly x?: object;
  readonly causes: readonly string[];
}

const fixture = new URL('../fixtures/crd-verdicts.jsonl', import.meta.url);
const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All';

describe('CustomResourceDefinitions', () => {
  it('are judged as kube-apiserver has judged them', async () => {
    const lines = (await readFile(fixture, 'utf8')).trimEnd().split('\n');
    const verdicts = lines.map(line => JSON.parse(line) as Verdict);
    await using running = await startApiServer({ hasControllers: false });
    const wrong: unknown[] = [];
    for (const verdict of verdicts) {
      const { body } = await requestApi(running.kubeconfig, 'POST', path, { body: crdOf(verdict) });
      const causes = causesOf(body);
      if (!isSame(causes, verdict.causes)) wrong.push({ name: verdict.name, causes, wanted: verdict.causes });
    }
    assert.deepEqual(wrong, []);
  });
});

function crdOf({ crd, schema, x }: Verdict): object {
  const type = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  if (crd !== undefined) return { ...type, ...crd };
  const openAPIV3Schema = schema ?? {
    type: 'object',
    properties: { spec: { type: 'object', properties: { x } } },
  };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }];
  const names = { plural: 'widgets', kind: 'Widget' };
  return {
    ...type,
    metadata: { name: 'widgets.diff.example.com' },
    spec: { group: 'diff.example.com', scope: 'Namespaced', names, versions },
  };
}

interface Answer {
  readonly kind: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message: string }[] };
}

function causesOf({ kind, message = '', details }: Answer): readonly string[] {
  if (kind !== 'Status') return [];
  const causes = details?.causes ?? [{ message }];
  return causes.map(cause => `${cause.field ?? ''}: ${cause.message}`).sort();
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((cause, index) => cause === right[index]);
}
