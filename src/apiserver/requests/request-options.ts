import type { PatchType, RequestOptions, ResourceRequest } from '../../client/index.ts';
import { type FieldError, fieldError, isJsonObject, statusError, validateFieldManager } from '../../machinery/index.ts';
import type { CallContext } from '../core-contract.ts';

/** In the order in which upstream names them. */
const validations: ReadonlySet<string> = new Set(['Ignore', 'Strict', 'Warn']);
const policies: ReadonlySet<string> = new Set(['Orphan', 'Background', 'Foreground']);
const noOptions: RequestOptions = {};

export function optionsOf(request: ResourceRequest): RequestOptions {
  return request.options ?? noOptions;
}

/** Kubernetes: ValidateCreateOptions, ValidateUpdateOptions, ValidatePatchOptions. */
export function checkWriteOptions(options: RequestOptions, kind: string, patchType?: PatchType): void {
  if (options === noOptions && patchType !== 'apply') return;
  const errors: FieldError[] = [];
  const { fieldManager, fieldValidation } = options;
  if (patchType === 'apply' && !fieldManager)
    errors.push(fieldError.required('fieldManager', 'is required for apply patch'));
  if (patchType !== undefined && patchType !== 'apply' && options.force !== undefined) {
    errors.push(fieldError.forbidden('force', 'may not be specified for non-apply patch'));
  }
  if (fieldManager !== undefined) errors.push(...validateFieldManager(fieldManager, 'fieldManager'));
  if (fieldValidation && !validations.has(fieldValidation)) {
    errors.push(fieldError.notSupported('fieldValidation', fieldValidation, ['', ...validations]));
  }
  if (errors.length > 0) throw statusError.invalid({ group: 'meta.k8s.io', resource: '', kind }, '', errors);
}

/** Kubernetes: who is said to manage fields when the request does not say: what stands before the agent's version. */
export function managerOf(options: RequestOptions, call: CallContext): string {
  if (options.fieldManager) return options.fieldManager;
  const agent = call.userAgent ?? '';
  const slash = agent.indexOf('/');
  return (slash < 0 ? agent : agent.slice(0, slash)).slice(0, 128);
}

/** DeleteOptions, from a body or from the query. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: string | undefined;
  readonly orphanDependents?: boolean | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly dryRun: boolean;
}

/** Kubernetes: a body, when there is one, is all that counts; except for dry run, which either may ask for. */
export function readDeleteOptions(request: ResourceRequest): DeleteOptions {
  const options = optionsOf(request);
  const body: unknown = request.body;
  const read = isJsonObject(body) ? fromBody(body, options.dryRun === true) : fromQuery(options);
  checkDeleteOptions(read);
  return read;
}

export function checkDeleteOptions(options: DeleteOptions): void {
  const { orphanDependents, propagationPolicy } = options;
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    const text = 'orphanDependents and deletionPropagation cannot be both set';
    errors.push(fieldError.invalid('propagationPolicy', propagationPolicy, text));
  }
  if (propagationPolicy !== undefined && !policies.has(propagationPolicy)) {
    errors.push(fieldError.notSupported('propagationPolicy', propagationPolicy, [...policies, 'nil']));
  }
  if (errors.length > 0) {
    throw statusError.invalid({ group: 'meta.k8s.io', resource: '', kind: 'DeleteOptions' }, '', errors);
  }
}

function fromQuery(options: RequestOptions): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = options;
  return { gracePeriodSeconds, propagationPolicy, preconditions, dryRun: options.dryRun === true };
}

export function fromBody(body: Readonly<Record<string, unknown>>, isDryRun: boolean): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun } = body;
  if (dryRun !== undefined && dryRun !== null && !isDryRunAll(dryRun)) {
    throw statusError.invalid({ group: 'meta.k8s.io', resource: '', kind: 'DeleteOptions' }, '', [
      fieldError.notSupported('dryRun', dryRun, ['All']),
    ]);
  }
  return {
    gracePeriodSeconds: typeof gracePeriodSeconds === 'number' ? gracePeriodSeconds : undefined,
    propagationPolicy: typeof propagationPolicy === 'string' ? propagationPolicy : undefined,
    orphanDependents: typeof orphanDependents === 'boolean' ? orphanDependents : undefined,
    preconditions: isJsonObject(preconditions) ? (preconditions as DeleteOptions['preconditions']) : undefined,
    dryRun: isDryRun || (Array.isArray(dryRun) && dryRun.length > 0),
  };
}

function isDryRunAll(value: unknown): boolean {
  return Array.isArray(value) && value.every(item => item === 'All');
}
