import { type FieldError, type ObjectMeta, validateKubernetesFinalizers } from '../../machinery/index.ts';
import type { Endpoint } from '../resources/endpoint.ts';

const noErrors: readonly FieldError[] = [];

/** What is wrong with the names of finalizers beyond their form: kinds of CRDs take any. */
export function checkFinalizers({ resource, rules }: Endpoint, { finalizers }: ObjectMeta): readonly FieldError[] {
  if (finalizers === undefined || resource.crd !== undefined || rules.takesPlainFinalizers === true) return noErrors;
  // Kubernetes: these check metadata as the library for all API servers does.
  if (resource.version.type.group === 'admissionregistration.k8s.io') return noErrors;
  return validateKubernetesFinalizers(finalizers, 'metadata.finalizers');
}
