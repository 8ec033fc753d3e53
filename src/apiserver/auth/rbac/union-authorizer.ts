import type { AuthorizationAttributes, AuthorizationDecision, Authorizer } from '../../core-contract.ts';
import { groups } from '../well-known-users.ts';

const mastersAllowed: AuthorizationDecision = { allowed: true, reason: '' };

/** Allows what the group `system:masters` asks, and else what any of several authorizers allows. */
export class UnionAuthorizer implements Authorizer {
  readonly prepare: Authorizer['prepare'];
  readonly #authorizers: readonly Authorizer[];

  constructor(authorizers: readonly Authorizer[]) {
    this.#authorizers = authorizers;
    const asksElsewhere = authorizers.some(authorizer => authorizer.prepare !== undefined);
    this.prepare = asksElsewhere ? attributes => this.#prepare(attributes) : undefined;
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

  /** Nobody is asked what another allows already. */
  #prepare(attributes: AuthorizationAttributes): Promise<string | undefined> | undefined {
    if (attributes.user.groups.includes(groups.masters)) return undefined;
    for (const authorizer of this.#authorizers) {
      const pending = authorizer.prepare?.(attributes);
      if (pending !== undefined) return pending;
      if (authorizer.authorize(attributes).allowed) return undefined;
    }
    return undefined;
  }
}
