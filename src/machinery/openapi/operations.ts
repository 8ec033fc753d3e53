import {
  deleting,
  listing,
  logParameters,
  optionParameters,
  patching,
  pretty,
  type QueryParameter,
  writing,
} from './operation-parameters.ts';
import type { GroupVersionKind, PublishedResource, PublishedSubresource } from './published-resource.ts';

/** What an operation sends or returns: a definition, text, or nothing. */
export type Payload =
  | { readonly kind: 'definition'; readonly of: GroupVersionKind | 'patch' | 'status' | 'delete-options' }
  | { readonly kind: 'list'; readonly of: GroupVersionKind }
  | { readonly kind: 'text' };

/** One operation, in neither edition's form. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  readonly id: string;
  readonly description: string;
  readonly tag: string;
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly query: readonly QueryParameter[];
  readonly body?: { readonly payload: Payload; readonly isRequired: boolean } | undefined;
  readonly response: Payload;
  /** Successful status codes. */
  readonly codes: readonly number[];
}

export interface PathItem {
  readonly path: string;
  /** Names of path parameters, in order. */
  readonly pathParameters: readonly string[];
  readonly operations: readonly Operation[];
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Kubernetes: `Core`, `Apps`, `RbacAuthorization`, `StableExampleCom`. */
function titleOfGroup(group: string): string {
  if (group === '') return 'Core';
  return group
    .replace(/\.k8s\.io$/, '')
    .split('.')
    .map(capitalize)
    .join('');
}

/** `a Pod`, `an Event`, `Endpoints`. */
function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return kind;
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** The paths of one resource with all operations that its verbs allow. */
export function pathsOf(resource: PublishedResource): readonly PathItem[] {
  const { type } = resource;
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced ? `${root}/namespaces/{namespace}` : root;
  const parameters = type.namespaced ? ['namespace'] : [];
  const naming = new Naming(resource);
  const object = `${scope}/${type.resource}/{name}`;
  const items: PathItem[] = [
    {
      path: `${scope}/${type.resource}`,
      pathParameters: parameters,
      operations: collectionOperations(resource, naming),
    },
    { path: object, pathParameters: ['name', ...parameters], operations: objectOperations(resource, naming) },
  ];
  if (type.namespaced && resource.verbs.includes('list')) {
    const all = { ...listOperation(naming), id: naming.idForAll('list') };
    items.push({ path: `${root}/${type.resource}`, pathParameters: [], operations: [all] });
  }
  for (const subresource of resource.subresources)
    items.push(...pathsOfSubresource(subresource, object, parameters, naming));
  return items.filter(item => item.operations.length > 0);
}

/** The names in an operation: its id, tag and kind. */
class Naming {
  readonly kind: GroupVersionKind;
  readonly tag: string;
  readonly #title: string;
  readonly #scope: string;

  constructor({ type }: PublishedResource) {
    const group = titleOfGroup(type.group);
    this.kind = { group: type.group, version: type.version, kind: type.kind };
    this.tag = `${group.charAt(0).toLowerCase()}${group.slice(1)}_${type.version}`;
    this.#title = `${group}${capitalize(type.version)}`;
    this.#scope = type.namespaced ? 'Namespaced' : '';
  }

  id(verb: string, suffix = '', prefix = ''): string {
    return `${verb}${this.#title}${prefix}${this.#scope}${this.kind.kind}${suffix}`;
  }

  idForAll(verb: string): string {
    return `${verb}${this.#title}${this.kind.kind}ForAllNamespaces`;
  }
}

type Draft = Omit<Operation, 'tag' | 'kind' | 'query' | 'codes'> & Partial<Pick<Operation, 'kind' | 'query' | 'codes'>>;

function complete(naming: Naming, draft: Draft): Operation {
  return { tag: naming.tag, kind: naming.kind, codes: [200], ...draft, query: [...(draft.query ?? []), ...pretty] };
}

function self(naming: Naming): Payload {
  return { kind: 'definition', of: naming.kind };
}

function listOperation(naming: Naming): Operation {
  return complete(naming, {
    method: 'get',
    id: naming.id('list'),
    description: `list or watch objects of kind ${naming.kind.kind}`,
    action: 'list',
    query: listing,
    response: { kind: 'list', of: naming.kind },
  });
}

function collectionOperations({ verbs }: PublishedResource, naming: Naming): readonly Operation[] {
  const operations: Operation[] = [];
  const { kind } = naming.kind;
  if (verbs.includes('list')) operations.push(listOperation(naming));
  if (verbs.includes('create')) {
    operations.push(
      complete(naming, {
        method: 'post',
        id: naming.id('create'),
        description: `create ${withArticle(kind)}`,
        action: 'post',
        query: writing,
        body: { payload: self(naming), isRequired: true },
        response: self(naming),
        codes: [200, 201, 202],
      }),
    );
  }
  if (verbs.includes('deletecollection')) {
    operations.push(
      complete(naming, {
        method: 'delete',
        id: naming.id('delete', '', 'Collection'),
        description: `delete collection of ${kind}`,
        action: 'deletecollection',
        query: [...deleting, ...listing.filter(({ name }) => name !== 'allowWatchBookmarks' && name !== 'watch')],
        body: { payload: { kind: 'definition', of: 'delete-options' }, isRequired: false },
        response: { kind: 'definition', of: 'status' },
      }),
    );
  }
  return operations;
}

function objectOperations({ verbs }: PublishedResource, naming: Naming): readonly Operation[] {
  const operations = [...readAndWriteOperations(verbs, naming, self(naming), '', 'the specified', naming.kind)];
  if (verbs.includes('delete')) {
    operations.push(
      complete(naming, {
        method: 'delete',
        id: naming.id('delete'),
        description: `delete ${withArticle(naming.kind.kind)}`,
        action: 'delete',
        query: deleting,
        body: { payload: { kind: 'definition', of: 'delete-options' }, isRequired: false },
        response: { kind: 'definition', of: 'status' },
        codes: [200, 202],
      }),
    );
  }
  return operations;
}

/** Get, put and patch, of an object or of a subresource that takes and returns objects. */
function readAndWriteOperations(
  verbs: readonly string[],
  naming: Naming,
  payload: Payload,
  suffix: string,
  article: string,
  kind: GroupVersionKind,
): readonly Operation[] {
  const target = `${article} ${naming.kind.kind}`;
  const operations: Operation[] = [];
  if (verbs.includes('get')) {
    const draft = { id: naming.id('read', suffix), description: `read ${target}`, action: 'get', response: payload };
    operations.push(complete(naming, { ...draft, method: 'get', kind }));
  }
  if (verbs.includes('update')) {
    const draft = { id: naming.id('replace', suffix), description: `replace ${target}`, action: 'put', kind };
    const body = { payload, isRequired: true };
    operations.push(
      complete(naming, { ...draft, method: 'put', query: writing, body, response: payload, codes: [200, 201] }),
    );
  }
  if (verbs.includes('patch')) {
    const draft = { id: naming.id('patch', suffix), description: `partially update ${target}`, action: 'patch', kind };
    const body = { payload: { kind: 'definition', of: 'patch' }, isRequired: true } as const;
    operations.push(
      complete(naming, { ...draft, method: 'patch', query: patching, body, response: payload, codes: [200, 201] }),
    );
  }
  return operations;
}

function pathsOfSubresource(
  subresource: PublishedSubresource,
  object: string,
  parameters: readonly string[],
  naming: Naming,
): readonly PathItem[] {
  const path = `${object}/${subresource.name}`;
  const pathParameters = ['name', ...parameters];
  const kind = {
    group: subresource.group ?? naming.kind.group,
    version: subresource.version ?? naming.kind.version,
    kind: subresource.kind,
  };
  const suffix = capitalize(subresource.name);
  const options = optionParameters[subresource.kind];
  if (options !== undefined) return connectPaths(path, pathParameters, suffix, options, kind, naming);
  if (subresource.name === 'log') {
    const log = complete(naming, {
      method: 'get',
      id: naming.id('read', suffix),
      description: `read log of the specified ${naming.kind.kind}`,
      action: 'get',
      query: logParameters,
      response: { kind: 'text' },
    });
    return [{ path, pathParameters, operations: [log] }];
  }
  const payload: Payload = { kind: 'definition', of: kind };
  const article = `${subresource.name} of the specified`;
  const operations = [...readAndWriteOperations(subresource.verbs, naming, payload, suffix, article, kind)];
  if (subresource.verbs.includes('create')) {
    operations.push(
      complete(naming, {
        method: 'post',
        id: naming.id('create', suffix),
        description: `create ${subresource.name} of ${withArticle(naming.kind.kind)}`,
        action: 'post',
        kind,
        query: writing,
        body: { payload, isRequired: true },
        response: payload,
        codes: [200, 201, 202],
      }),
    );
  }
  return [{ path, pathParameters, operations }];
}

/** Exec, attach, port-forward and proxy; a proxy also has a path of its own for what lies behind it. */
function connectPaths(
  path: string,
  pathParameters: readonly string[],
  suffix: string,
  query: readonly QueryParameter[],
  kind: GroupVersionKind,
  naming: Naming,
): readonly PathItem[] {
  const isProxy = suffix === 'Proxy';
  const methods = isProxy ? (['delete', 'get', 'patch', 'post', 'put'] as const) : (['get', 'post'] as const);
  const operationsFor = (ending: string): readonly Operation[] =>
    methods.map(method => ({
      method,
      id: naming.id('connect', `${suffix}${ending}`, capitalize(method)),
      description: `connect ${method.toUpperCase()} requests to ${suffix.toLowerCase()} of ${naming.kind.kind}`,
      tag: naming.tag,
      action: 'connect',
      kind,
      query,
      response: { kind: 'text' },
      codes: [200],
    }));
  const own: PathItem = { path, pathParameters, operations: operationsFor('') };
  if (!isProxy) return [own];
  const behind = {
    path: `${path}/{path}`,
    pathParameters: [...pathParameters, 'path'],
    operations: operationsFor('WithPath'),
  };
  return [own, behind];
}
