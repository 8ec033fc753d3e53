import type { Mutation } from '../../../api/generated/index.ts';
import type { PolicyExpressions, PolicyVariables } from '../../../machinery/cel/index.ts';
import {
  applyJsonPatch,
  isJsonObject,
  type KubeObject,
  mergeObjects,
  readJsonPatch,
} from '../../../machinery/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import { runExpression } from '../expressions/index.ts';
import { type MatchedResource, readMutated } from '../matching/index.ts';
import { findAtomics } from './find-atomics.ts';

/** What one mutation makes of an object, or what is wrong with it. */
export type MutationOutcome =
  | { readonly object: KubeObject; readonly problem?: undefined }
  | { readonly problem: string; readonly object?: undefined };

/** The object is in the version by which the policy matched, before and after. Throws `OutOfBudget`. */
export function applyMutation(
  expressions: PolicyExpressions,
  mutation: Mutation,
  object: KubeObject,
  variables: (budget: ReturnType<PolicyExpressions['budget']>) => PolicyVariables,
  request: AdmissionRequest,
  matched: MatchedResource,
): MutationOutcome {
  const expression = mutation.applyConfiguration?.expression ?? mutation.jsonPatch?.expression ?? '';
  const budget = expressions.budget('policy');
  const outcome = runExpression(expressions, expression, variables(budget), budget);
  if (outcome.problem !== undefined) return { problem: outcome.problem };
  const { value: change, problem } = expressions.fromValue(outcome.value);
  if (problem !== undefined) return { problem };
  const patched =
    mutation.patchType === 'JSONPatch' ? patchObject(object, change) : mergeConfiguration(object, change, matched);
  return 'problem' in patched ? patched : readMutated(patched.value, request, matched);
}

type Patched = { readonly value: unknown } | { readonly problem: string };

function patchObject(object: KubeObject, change: unknown): Patched {
  const { value: operations, problem } = readJsonPatch(change);
  if (operations === undefined) return { problem };
  const patched = applyJsonPatch(object, operations);
  if (patched.problem === undefined) return { value: patched.value };
  // Kubernetes: a patch whose test fails is not applied, and that is no failure.
  return /\btest failed$/.test(patched.problem) ? { value: object } : { problem: `JSON Patch: ${patched.problem}` };
}

function mergeConfiguration(object: KubeObject, change: unknown, { version }: MatchedResource): Patched {
  if (!isJsonObject(change)) return { problem: 'the expression did not evaluate to an object' };
  const schema = version.schema();
  const atomics = findAtomics(schema, change);
  if (atomics.length === 0) return { value: mergeObjects(schema, object, change) };
  const why = `may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`;
  return { problem: `error applying patch: invalid ApplyConfiguration: ${why}` };
}
