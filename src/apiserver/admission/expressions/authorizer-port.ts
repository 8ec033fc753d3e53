import type { AuthorizerPort } from '../../../machinery/cel/index.ts';
import type { Authorizer, UserInfo } from '../../core-contract.ts';

/** The server's authorizer as expressions may ask it. Kubernetes: they ask about any version of a group. */
export function authorizerFor(authorizer: Authorizer, user: UserInfo): AuthorizerPort {
  return {
    authorize({ path, ...question }) {
      return authorizer.authorize({ ...question, user, version: '*', nonResourcePath: path });
    },
    forServiceAccount(namespace, name) {
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
      return authorizerFor(authorizer, { username: `system:serviceaccount:${namespace}:${name}`, groups });
    },
  };
}
