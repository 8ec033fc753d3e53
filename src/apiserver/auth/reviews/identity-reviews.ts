import type { SelfSubjectReview, TokenReview } from '../../../api/generated/index.ts';
import { statusError } from '../../../machinery/index.ts';
import type { UserInfo, VirtualResources } from '../../core-contract.ts';
import type { TokenUnion } from '../tokens/index.ts';

const group = 'authentication.k8s.io';

/** SelfSubjectReview (`kubectl auth whoami`) and TokenReview. */
export function createIdentityReviews(tokens: () => TokenUnion): VirtualResources {
  return {
    [`${group}/selfsubjectreviews`]: (_request, call) => {
      const review: SelfSubjectReview = {
        kind: 'SelfSubjectReview',
        apiVersion: `${group}/v1`,
        metadata: {},
        status: { userInfo: describeUser(call.user) },
      };
      return review;
    },
    [`${group}/tokenreviews`]: async request => {
      const { spec, metadata } = request.body as TokenReview;
      if ((spec.token ?? '') === '')
        throw statusError.badRequest('token is required for TokenReview in authentication');
      const review = {
        kind: 'TokenReview',
        apiVersion: `${group}/v1`,
        metadata: { ...metadata, namespace: undefined },
        spec,
      };
      const wanted = spec.audiences ?? [];
      const outcome = await tokens().authenticate(spec.token, wanted.length === 0 ? undefined : wanted);
      const status: TokenReview['status'] =
        outcome.user === undefined
          ? { user: {}, error: outcome.problem }
          : { authenticated: true, user: describeUser(outcome.user), audiences: outcome.audiences };
      return { ...review, status };
    },
  };
}

function describeUser({ username, uid, groups, extra }: UserInfo): NonNullable<TokenReview['status']>['user'] {
  return { username, uid: uid === '' ? undefined : uid, groups, extra };
}
