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

const group = 'authorization.k8s.io';

/** SelfSubjectAccessReview, SubjectAccessReview and LocalSubjectAccessReview: may somebody do something? */
export function createAccessReviews(authorizer: Authorizer): VirtualResources {
  const self: VirtualResource = (request, call) => {
    const review = request.body as SubjectAccessReview;
    check('SelfSubjectAccessReview', [...checkMetadata(review), ...checkTarget(review.spec)]);
    return answer(review, 'SelfSubjectAccessReview', call.user, authorizer);
  };
  const subject: VirtualResource = request => {
    const review = request.body as SubjectAccessReview;
    check('SubjectAccessReview', [...checkMetadata(review), ...checkTarget(review.spec), ...checkUser(review.spec)]);
    return answer(review, 'SubjectAccessReview', userOf(review.spec), authorizer);
  };
  const local: VirtualResource = request => {
    const review = request.body as LocalSubjectAccessReview;
    const namespace = request.namespace ?? '';
    check('LocalSubjectAccessReview', [
      ...checkTarget(review.spec),
      ...checkUser(review.spec),
      ...checkLocal(review.spec, namespace),
    ]);
    return answer(review, 'LocalSubjectAccessReview', userOf(review.spec), authorizer, namespace);
  };
  return {
    [`${group}/selfsubjectaccessreviews`]: self,
    [`${group}/subjectaccessreviews`]: subject,
    [`${group}/localsubjectaccessreviews`]: local,
  };
}

function answer(
  review: SubjectAccessReview,
  kind: string,
  user: UserInfo,
  authorizer: Authorizer,
  namespace?: string,
): KubeObject {
  const { allowed, reason } = authorizer.authorize(toAttributes(user, review.spec));
  const object: SubjectAccessReview = {
    kind,
    apiVersion: `${group}/v1`,
    metadata: namespace === undefined ? {} : { namespace },
    spec: review.spec,
    status: { allowed, reason: reason === '' ? undefined : reason },
  };
  return object;
}

function toAttributes(user: UserInfo, spec: SubjectAccessReviewSpec): AuthorizationAttributes {
  const { resourceAttributes, nonResourceAttributes } = spec;
  const resource: ResourceAttributes = resourceAttributes ?? {};
  return {
    user,
    verb: resource.verb ?? nonResourceAttributes?.verb ?? '',
    group: resource.group ?? '',
    version: resource.version ?? '',
    resource: resource.resource ?? '',
    subresource: resource.subresource ?? '',
    namespace: resource.namespace ?? '',
    name: resource.name ?? '',
    nonResourcePath: nonResourceAttributes === undefined ? undefined : (nonResourceAttributes.path ?? ''),
  };
}

function userOf({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): UserInfo {
  return { username: user, groups, uid, extra };
}

function check(kind: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw statusError.invalid({ group, resource: `${kind.toLowerCase()}s`, kind }, '', errors);
}

function checkTarget({ resourceAttributes, nonResourceAttributes }: SubjectAccessReviewSpec): readonly FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const why = 'cannot be specified in combination with resourceAttributes';
    return [fieldError.invalid('spec.nonResourceAttributes', nonResourceAttributes, why)];
  }
  if (resourceAttributes !== undefined || nonResourceAttributes !== undefined) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [fieldError.invalid('spec.resourceAttributes', null, why)];
}

function checkUser({ user = '', groups = [] }: SubjectAccessReviewSpec): readonly FieldError[] {
  if (user !== '' || groups.length > 0) return [];
  return [fieldError.invalid('spec.user', user, 'at least one of user or group must be specified')];
}

function checkMetadata({ metadata }: SubjectAccessReview): readonly FieldError[] {
  const { managedFields: _ignored, creationTimestamp: _zero, ...rest } = metadata;
  const isEmpty = Object.values(rest).every(value => value === undefined);
  return isEmpty ? [] : [fieldError.invalid('metadata', rest, 'must be empty')];
}

function checkLocal(spec: SubjectAccessReviewSpec, namespace: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const given = spec.resourceAttributes?.namespace ?? '';
  if (spec.resourceAttributes !== undefined && given !== namespace) {
    errors.push(fieldError.invalid('spec.resourceAttributes.namespace', given, 'must match metadata.namespace'));
  }
  if (spec.nonResourceAttributes !== undefined) {
    const why = 'disallowed on this kind of request';
    errors.push(fieldError.invalid('spec.nonResourceAttributes', spec.nonResourceAttributes, why));
  }
  return errors;
}
