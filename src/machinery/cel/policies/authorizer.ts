import { checkDns1123Label, checkDns1123Subdomain } from '../../names/name-formats.ts';
import { type CelFailure, CelObject, fail } from '../language/index.ts';
import type { Functions } from '../language/program.ts';

/** What an expression asks the authorizer. Of requests outside the resource API `path` and `verb` only. */
export interface AuthorizerQuestion {
  readonly verb: string;
  readonly path?: string | undefined;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** As an expression writes them, which may be no selectors. */
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/** What a request is about: a question without its verb. */
export type AuthorizerSubject = Omit<AuthorizerQuestion, 'verb'>;

/** Answers for one user. */
export interface AuthorizerPort {
  authorize(question: AuthorizerQuestion): { readonly allowed: boolean; readonly reason: string };
  /** The same for a ServiceAccount instead. */
  forServiceAccount(namespace: string, name: string): AuthorizerPort;
}

/** Kubernetes: whatever asks for the same is no less another object. */
abstract class AuthorizerObject extends CelObject {
  equals(other: CelObject): boolean {
    return this === other;
  }
}

export class CelAuthorizer extends AuthorizerObject {
  readonly typeName = 'kubernetes.authorization.Authorizer';
  readonly port: AuthorizerPort;

  constructor(port: AuthorizerPort) {
    super();
    this.port = port;
  }
}

class GroupCheck extends AuthorizerObject {
  readonly typeName = 'kubernetes.authorization.GroupCheck';
  readonly port: AuthorizerPort;
  readonly group: string;

  constructor(port: AuthorizerPort, group: string) {
    super();
    this.port = port;
    this.group = group;
  }
}

/** Of a path, or of a resource. */
export class CelCheck extends AuthorizerObject {
  readonly typeName: string;
  readonly port: AuthorizerPort;
  readonly about: AuthorizerSubject;

  constructor(port: AuthorizerPort, about: AuthorizerSubject) {
    super();
    this.typeName = `kubernetes.authorization.${about.path === undefined ? 'ResourceCheck' : 'PathCheck'}`;
    this.port = port;
    this.about = about;
  }

  with(part: Partial<AuthorizerSubject>): CelCheck {
    return new CelCheck(this.port, { ...this.about, ...part });
  }
}

class Decision extends AuthorizerObject {
  readonly typeName = 'kubernetes.authorization.Decision';
  readonly isAllowed: boolean;
  readonly reason: string;

  constructor({ allowed, reason }: { readonly allowed: boolean; readonly reason: string }) {
    super();
    this.isAllowed = allowed;
    this.reason = reason;
  }
}

const nothing: AuthorizerSubject = { group: '', resource: '', subresource: '', namespace: '', name: '' };

function serviceAccount({ port }: CelAuthorizer, namespace: string, name: string): CelAuthorizer | CelFailure {
  if (checkDns1123Subdomain(name).length > 0) return fail('Invalid service account name');
  if (checkDns1123Label(namespace).length > 0) return fail('Invalid service account namespace');
  return new CelAuthorizer(port.forServiceAccount(namespace, name));
}

/**
 * Kubernetes' questions to the authorizer:
 * `authorizer.group('apps').resource('deployments').namespace('x').check('create').allowed()`.
 */
export const authorizerFunctions = bodies({
  path: ({ port }: CelAuthorizer, path: string) =>
    path.trim() === '' ? fail('path must not be empty') : new CelCheck(port, { ...nothing, path }),
  group: ({ port }: CelAuthorizer, group: string) => new GroupCheck(port, group),
  serviceAccount,
  resource: ({ port, group }: GroupCheck, resource: string) =>
    resource.trim() === '' ? fail('resource must not be empty') : new CelCheck(port, { ...nothing, group, resource }),
  subresource: (check: CelCheck, subresource: string) => check.with({ subresource }),
  namespace: (check: CelCheck, namespace: string) => check.with({ namespace }),
  name: (check: CelCheck, name: string) => check.with({ name }),
  fieldSelector: (check: CelCheck, fieldSelector: string) => check.with({ fieldSelector }),
  labelSelector: (check: CelCheck, labelSelector: string) => check.with({ labelSelector }),
  check: ({ port, about }: CelCheck, verb: string) => new Decision(port.authorize({ ...about, verb })),
  allowed: (decision: Decision) => decision.isAllowed,
  reason: (decision: Decision) => decision.reason,
  // Our authorizers always come to a decision.
  errored: () => false,
  error: () => '',
});

/** The checker has seen to it that calls have the arguments that are declared. */
function bodies(functions: Readonly<Record<string, (...args: never[]) => unknown>>): Functions {
  return functions as Functions;
}
