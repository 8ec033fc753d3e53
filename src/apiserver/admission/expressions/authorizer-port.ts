import type { AuthorizerPort } from '../../../machinery/cel/index.ts';
import { parseFieldSelector, parseLabelSelector } from '../../../machinery/index.ts';
import type { Authorizer, UserInfo } from '../../core-contract.ts';

/** The server's authorizer as expressions may ask it. Kubernetes: they ask about any version of a group. */
export function authorizerFor(authorizer: Authorizer, user: UserInfo): AuthorizerPort {
  return {
    authorize({ path, fieldSelector, labelSelector, ...question }) {
      return authorizer.authorize({
        ...question,
        user,
        version: '*',
        nonResourcePath: path,
        fieldSelector: readable(fieldSelector, parseFieldSelector),
        labelSelector: readable(labelSelector, parseLabelSelector),
      });
    },
    forServiceAccount(namespace, name) {
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
      return authorizerFor(authorizer, { username: `system:serviceaccount:${namespace}:${name}`, groups });
    },
  };
}

type Parse = (text: string) => { readonly problem?: string | undefined };

/** Kubernetes: what is no selector is as if it were not there. */
function readable(selector: string | undefined, parse: Parse): string | undefined {
  return selector === undefined || selector === '' || parse(selector).problem !== undefined ? undefined : selector;
}
