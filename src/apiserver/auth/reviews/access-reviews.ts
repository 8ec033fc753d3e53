import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
} from '../../../api/generated/index.ts';
import { type FieldError, fieldError, type KubeObject, statusError } from '../../../machinery/index.ts';
import type {
  AuthorizationAttributes,
  Authorizer,
  UserInfo,
  VirtualResource,
  VirtualResources,
} from '../../core-contract.ts';
import { placeInNamespace } from '../../metadata/request-identity.ts';
import { type ReviewSelectors, readSelectors, validateSelectors } from './review-selectors.ts';

const group = 'authorization.k8s.io';

/** SelfSubjectAccessReview, SubjectAccessReview and LocalSubjectAccessReview: may somebody do something? */
export function createAccessReviews(authorizer: Authorizer): VirtualResources {
  const self: VirtualResource = (request, call) => {
    const review = request.body as SubjectAccessReview;
    check([...checkTarget(review.spec), ...checkSelectors(review.spec), ...checkMetadata(review)]);
    return answer(review, 'SelfSubjectAccessReview', call.user, authorizer);
  };
  const subject: VirtualResource = request => {
    const review = request.body as SubjectAccessReview;
    check([...checkSpec(review.spec), ...checkMetadata(review)]);
    return answer(review, 'SubjectAccessReview', userOf(review.spec), authorizer);
  };
  const local: VirtualResource = request => {
    const namespace = request.namespace ?? '';
    const review = placeInNamespace(request.body as LocalSubjectAccessReview, namespace) as LocalSubjectAccessReview;
    check([...checkSpec(review.spec), ...checkLocal(review, namespace)]);
    return answer(review, 'LocalSubjectAccessReview', userOf(review.spec), authorizer, namespace);
  };
  return {
    [`${group}/selfsubjectaccessreviews`]: self,
    [`${group}/subjectaccessreviews`]: subject,
    [`${group}/localsubjectaccessreviews`]: local,
  };
}

async function answer(
  review: SubjectAccessReview,
  kind: string,
  user: UserInfo,
  authorizer: Authorizer,
  namespace?: string,
): Promise<KubeObject> {
  const selectors = readSelectors(review.spec.resourceAttributes ?? {});
  const attributes = toAttributes(user, review.spec, selectors);
  const problem = await authorizer.prepare?.(attributes);
  const problems = problem === undefined ? selectors.problems : [...selectors.problems, problem];
  const { allowed, reason } = authorizer.authorize(attributes);
  const object: SubjectAccessReview = {
    kind,
    apiVersion: `${group}/v1`,
    metadata: namespace === undefined ? {} : { namespace },
    spec: review.spec,
    status: {
      allowed,
      ...(reason === '' ? {} : { reason }),
      ...(problems.length === 0 ? {} : { evaluationError: problems.join('; ') }),
    },
  };
  return object;
}

function toAttributes(
  user: UserInfo,
  spec: SubjectAccessReviewSpec,
  { fieldSelector, labelSelector }: ReviewSelectors,
): AuthorizationAttributes {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const resource: ResourceAttributes = resourceAttributes ?? {};
  return {
    user,
    verb: resource.verb ?? nonResourceAttributes?.verb ?? '',
    group: resource.group ?? '',
    version: resource.version || '*',
    resource: resource.resource ?? '',
    subresource: resource.subresource ?? '',
    namespace: resource.namespace ?? '',
    name: resource.name ?? '',
    nonResourcePath: nonResourceAttributes === undefined ? undefined : (nonResourceAttributes.path ?? ''),
    fieldSelector,
    labelSelector,
  };
}

function userOf({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): UserInfo {
  return { username: user, groups, uid, extra };
}

/** Kubernetes: these errors name no kind. */
function check(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw statusError.invalid({ group, resource: '', kind: '' }, '', errors);
}

function checkSpec(spec: SubjectAccessReviewSpec): readonly FieldError[] {
  return [...checkTarget(spec), ...checkUser(spec), ...checkSelectors(spec)];
}

function checkTarget({ resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec): readonly FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const why = 'cannot be specified in combination with resourceAttributes';
    return [fieldError.invalid('spec.nonResourceAttributes', asGoPrints(nonResourceAttributes), why)];
  }
  if (resourceAttributes !== undefined || nonResourceAttributes !== undefined) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [fieldError.invalid('spec.resourceAttributes', null, why)];
}

function checkUser({ user = '', groups = [] }: SubjectAccessReviewSpec): readonly FieldError[] {
  if (user !== '' || groups.length > 0) return [];
  return [fieldError.invalid('spec.user', user, 'at least one of user or group must be specified')];
}

function checkSelectors({ resourceAttributes }: SubjectAccessReviewSpec): readonly FieldError[] {
  return resourceAttributes === undefined ? [] : validateSelectors(resourceAttributes);
}

function checkMetadata({ metadata }: SubjectAccessReview): readonly FieldError[] {
  const { managedFields: _ignored, creationTimestamp: _zero, ...rest } = metadata;
  return isBare(rest) ? [] : [fieldError.invalid('metadata', rest, 'must be empty')];
}

function isBare(metadata: object): boolean {
  return Object.values(metadata).every(value => value === undefined);
}

function checkLocal({ metadata, spec }: LocalSubjectAccessReview, namespace: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { managedFields: _ignored, creationTimestamp: _zero, ...printed } = metadata;
  if (!isBare({ ...printed, namespace: undefined })) {
    errors.push(fieldError.invalid('metadata', printed, 'must be empty except for namespace'));
  }
  const given = spec.resourceAttributes?.namespace ?? '';
  if (spec.resourceAttributes !== undefined && given !== namespace) {
    errors.push(fieldError.invalid('spec.resourceAttributes.namespace', given, 'must match metadata.namespace'));
  }
  if (spec.nonResourceAttributes !== undefined) {
    const why = 'disallowed on this kind of request';
    errors.push(fieldError.invalid('spec.nonResourceAttributes', asGoPrints(spec.nonResourceAttributes), why));
  }
  return errors;
}

/** Kubernetes: as upstream's own struct is written, which has no names for JSON. */
function asGoPrints({ path = '', verb = '' }: NonNullable<SubjectAccessReviewSpec['nonResourceAttributes']>): object {
  return { Path: path, Verb: verb };
}
