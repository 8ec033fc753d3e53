import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from '../../core-contract.ts';
import { groups } from '../well-known-users.ts';

const mastersAllowed: AuthorizationDecision = { allowed: true, reason: '' };

/** Allows what the group `system:masters` asks, and else what any of several authorizers allows. */
export class UnionAuthorizer implements Authorizer {
  readonly #authorizers: readonly Authorizer[];

  constructor(authorizers: readonly Authorizer[]) {
    this.#authorizers = authorizers;
  }

  get generation(): number {
    let sum = 0;
    for (const authorizer of this.#authorizers) sum += authorizer.generation;
    return sum;
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    if (attributes.user.groups.includes(groups.masters)) return mastersAllowed;
    let reason = '';
    for (const authorizer of this.#authorizers) {
      const decision = authorizer.authorize(attributes);
      if (decision.allowed) return decision;
      if (decision.reason !== '') reason = reason === '' ? decision.reason : `${reason}\n${decision.reason}`;
    }
    return { allowed: false, reason };
  }
}
