import type { ResourceRequest } from '../client/index.ts';
import { forbiddenError } from './auth/forbidden.ts';
import type { Authorizer, UserInfo } from './core-contract.ts';
import { attributesOf, nameOf } from './requests/authorize.ts';

/** Objects that come and go (pods) would otherwise leave a name each behind. */
const maxNames = 4096;

type Names = Set<string>;

/**
 * Remembers what one user may do, for as long as the authorizer says that its decisions hold. Only permissions are
 * kept: who is refused is looked at anew each time, with the reason.
 */
export class DecisionMemo {
  readonly #authorizer: Authorizer;
  readonly #user: UserInfo;
  #generation = -1;
  /** The last request that was allowed. */
  #last: ResourceRequest | undefined;
  /** By the request's type object (a constant of the component), verb with subresource, namespace. */
  #allowed = new WeakMap<ResourceRequest['type'], Map<string, Map<string, Names>>>();

  constructor(authorizer: Authorizer, user: UserInfo) {
    this.#authorizer = authorizer;
    this.#user = user;
  }

  /** Throws the 403 unless the user may make this request. */
  demand(request: ResourceRequest): void {
    if (this.#isRepeated(request)) return;
    if (this.#generation !== this.#authorizer.generation) {
      this.#allowed = new WeakMap();
      this.#generation = this.#authorizer.generation;
    }
    const names = this.#namesFor(request);
    const name = nameOf(request);
    if (names.has(name)) {
      this.#last = request;
      return;
    }
    const attributes = attributesOf(request, this.#user);
    const decision = this.#authorizer.authorize(attributes);
    if (!decision.allowed) throw forbiddenError(attributes, decision.reason);
    if (decision.isMomentary === true) return;
    if (names.size >= maxNames) names.clear();
    names.add(name);
    this.#last = request;
  }

  /** Most components ask for the same again and again: a node renews its Lease. */
  #isRepeated(request: ResourceRequest): boolean {
    const last = this.#last;
    return (
      last !== undefined &&
      last.type === request.type &&
      last.name === request.name &&
      last.verb === request.verb &&
      last.namespace === request.namespace &&
      last.subresource === request.subresource &&
      last.options?.fieldSelector === request.options?.fieldSelector &&
      this.#generation === this.#authorizer.generation
    );
  }

  #namesFor(request: ResourceRequest): Names {
    let verbs = this.#allowed.get(request.type);
    if (verbs === undefined) {
      verbs = new Map();
      this.#allowed.set(request.type, verbs);
    }
    const { verb, subresource } = request;
    const action = subresource ? `${verb}/${subresource}` : verb;
    let namespaces = verbs.get(action);
    if (namespaces === undefined) {
      namespaces = new Map();
      verbs.set(action, namespaces);
    }
    const namespace = request.namespace ?? '';
    let names = namespaces.get(namespace);
    if (names === undefined) {
      names = new Set();
      namespaces.set(namespace, names);
    }
    return names;
  }
}
