import type { Environment } from '@marcbachmann/cel-js';

/** What an expression asks the authorizer. Of requests outside the resource API `path` and `verb` only. */
export interface AuthorizerQuestion {
  readonly verb: string;
  readonly path?: string | undefined;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Answers for one user. */
export interface AuthorizerPort {
  authorize(question: AuthorizerQuestion): { readonly allowed: boolean; readonly reason: string };
  /** The same for a ServiceAccount instead. */
  forServiceAccount(namespace: string, name: string): AuthorizerPort;
}

/** The variable `authorizer`. Its field `requestResource` is about what the request is about. */
export class CelAuthorizer {
  readonly port: AuthorizerPort;
  readonly requestResource: ResourceCheck | undefined;

  constructor(port: AuthorizerPort, request?: Omit<AuthorizerQuestion, 'verb'>) {
    this.port = port;
    this.requestResource = request === undefined ? undefined : new ResourceCheck(port, request);
  }
}

class PathCheck {
  readonly port: AuthorizerPort;
  readonly path: string;

  constructor(port: AuthorizerPort, path: string) {
    this.port = port;
    this.path = path;
  }
}

class GroupCheck {
  readonly port: AuthorizerPort;
  readonly group: string;

  constructor(port: AuthorizerPort, group: string) {
    this.port = port;
    this.group = group;
  }
}

class ResourceCheck {
  readonly port: AuthorizerPort;
  readonly about: Omit<AuthorizerQuestion, 'verb'>;

  constructor(port: AuthorizerPort, about: Omit<AuthorizerQuestion, 'verb'>) {
    this.port = port;
    this.about = about;
  }

  with(part: Partial<AuthorizerQuestion>): ResourceCheck {
    return new ResourceCheck(this.port, { ...this.about, ...part });
  }
}

class Decision {
  readonly allowed: boolean;
  readonly reason: string;

  constructor({ allowed, reason }: { readonly allowed: boolean; readonly reason: string }) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

const nothing = { group: '', resource: '', subresource: '', namespace: '', name: '' };
const types = 'kubernetes.authorization';

function checkPath(authorizer: CelAuthorizer, path: string): PathCheck {
  if (path.trim() === '') throw new Error('path must not be empty');
  return new PathCheck(authorizer.port, path);
}

/**
 * Kubernetes' questions to the authorizer:
 * `authorizer.group('apps').resource('deployments').namespace('x').check('create').allowed()`.
 */
export function registerAuthorizer(environment: Environment): void {
  environment
    .registerType(`${types}.Decision`, { ctor: Decision, fields: {} })
    .registerType(`${types}.PathCheck`, { ctor: PathCheck, fields: {} })
    .registerType(`${types}.GroupCheck`, { ctor: GroupCheck, fields: {} })
    .registerType(`${types}.ResourceCheck`, { ctor: ResourceCheck, fields: {} })
    .registerType(`${types}.Authorizer`, {
      ctor: CelAuthorizer,
      fields: { requestResource: `${types}.ResourceCheck` },
    });
  const define = (signature: string, handler: (...args: never[]) => unknown): void => {
    environment.registerFunction(signature.replaceAll('@', `${types}.`), handler);
  };
  define('@Authorizer.path(string): @PathCheck', checkPath);
  define(
    '@Authorizer.group(string): @GroupCheck',
    ({ port }: CelAuthorizer, group: string) => new GroupCheck(port, group),
  );
  define(
    '@Authorizer.serviceAccount(string, string): @Authorizer',
    ({ port }: CelAuthorizer, namespace: string, name: string) =>
      new CelAuthorizer(port.forServiceAccount(namespace, name)),
  );
  define(
    '@GroupCheck.resource(string): @ResourceCheck',
    ({ port, group }: GroupCheck, resource: string) => new ResourceCheck(port, { ...nothing, group, resource }),
  );
  define('@ResourceCheck.subresource(string): @ResourceCheck', (check: ResourceCheck, subresource: string) =>
    check.with({ subresource }),
  );
  define('@ResourceCheck.namespace(string): @ResourceCheck', (check: ResourceCheck, namespace: string) =>
    check.with({ namespace }),
  );
  // Differs from Kubernetes: whoever may read all that there is may read what a selector selects; nobody is asked more.
  for (const selector of ['fieldSelector', 'labelSelector']) {
    define(`@ResourceCheck.${selector}(string): @ResourceCheck`, (check: ResourceCheck) => check);
  }
  define('@ResourceCheck.name(string): @ResourceCheck', (check: ResourceCheck, name: string) => check.with({ name }));
  define(
    '@ResourceCheck.check(string): @Decision',
    ({ port, about }: ResourceCheck, verb: string) => new Decision(port.authorize({ ...about, verb })),
  );
  define(
    '@PathCheck.check(string): @Decision',
    ({ port, path }: PathCheck, verb: string) => new Decision(port.authorize({ ...nothing, path, verb })),
  );
  define('@Decision.allowed(): bool', ({ allowed }: Decision) => allowed);
  define('@Decision.reason(): string', ({ reason }: Decision) => reason);
  // Our authorizers always come to a decision.
  define('@Decision.errored(): bool', () => false);
  define('@Decision.error(): string', () => '');
}
