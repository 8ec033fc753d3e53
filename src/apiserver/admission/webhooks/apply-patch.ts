import { applyJsonPatch, type KubeObject, readJsonPatch, statusError } from '../../../machinery/index.ts';
import type { AdmissionRequest } from '../../core-contract.ts';
import { type MatchedResource, readMutated } from '../matching/index.ts';
import { CallFailure } from './call-failure.ts';
import type { ReviewAnswer } from './review-answer.ts';

/**
 * The object as a webhook wants it, in the version in which it has seen it; undefined where it wants nothing. Throws a
 * `CallFailure` for a patch that is none, and a 500 for one that cannot be applied: upstream excuses only the former.
 */
export function applyAnswer(
  name: string,
  { patch, patchType }: ReviewAnswer,
  object: KubeObject | undefined,
  request: AdmissionRequest,
  matched: MatchedResource,
): { readonly object: KubeObject; readonly operations: readonly object[] } | undefined {
  if (patch === '') return undefined;
  const operations = decodePatch(name, patch);
  if (operations.length === 0) return undefined;
  if (object === undefined) {
    throw statusError.internal(
      `admission webhook "${name}" attempted to modify the object, which is not supported for this operation`,
    );
  }
  if (patchType !== 'JSONPatch') throw new CallFailure(name, `unsupported patch type "${patchType}"`);
  const patched = applyJsonPatch(object, operations);
  if (patched.problem !== undefined) throw statusError.internal(patched.problem);
  const read = readMutated(patched.value, request, matched);
  if (read.problem !== undefined) throw statusError.internal(read.problem);
  return { object: read.object, operations };
}

function decodePatch(name: string, text: string): NonNullable<ReturnType<typeof readJsonPatch>['value']> {
  const fail = (why: string): CallFailure =>
    new CallFailure(name, `received undecodable patch in webhook response: ${why}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  const { value: operations, problem } = readJsonPatch(value);
  if (operations === undefined) throw fail(problem);
  return operations;
}
