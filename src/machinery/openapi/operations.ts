import { connectPaths } from './connect-paths.ts';
import { capitalize, Naming, withArticle } from './naming.ts';
import { completeOperation, type Operation, type PathItem, type Payload } from './operation.ts';
import { deleting, listing, logParameters, optionParameters, patching, writing } from './operation-parameters.ts';
import type { GroupVersionKind, PublishedResource, PublishedSubresource } from './published-resource.ts';
import { watchPaths } from './watch-paths.ts';

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
  items.push(...watchPaths(resource, root, naming));
  return items.filter(item => item.operations.length > 0);
}

function self(naming: Naming): Payload {
  return { kind: 'definition', of: naming.kind };
}

function listOperation(naming: Naming): Operation {
  return completeOperation(naming, {
    method: 'get',
    id: naming.id('list'),
    description: `list ${naming.canWatch ? 'or watch ' : ''}objects of kind ${naming.kind.kind}`,
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
      completeOperation(naming, {
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
      completeOperation(naming, {
        method: 'delete',
        id: naming.id('delete', '', 'Collection'),
        description: `delete collection of ${kind}`,
        action: 'deletecollection',
        query: [...deleting, ...listing.filter(({ name }) => name !== 'allowWatchBookmarks' && name !== 'watch')],
        body: { payload: { kind: 'definition', of: 'DeleteOptions' }, isRequired: false },
        response: { kind: 'definition', of: 'Status' },
      }),
    );
  }
  return operations;
}

function objectOperations({ verbs, returnsDeleted }: PublishedResource, naming: Naming): readonly Operation[] {
  const operations = [...readAndWriteOperations(verbs, naming, self(naming), '', 'the specified', naming.kind)];
  if (verbs.includes('delete')) {
    operations.push(
      completeOperation(naming, {
        method: 'delete',
        id: naming.id('delete'),
        description: `delete ${withArticle(naming.kind.kind)}`,
        action: 'delete',
        query: deleting,
        body: { payload: { kind: 'definition', of: 'DeleteOptions' }, isRequired: false },
        response: returnsDeleted === true ? self(naming) : { kind: 'definition', of: 'Status' },
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
    operations.push(completeOperation(naming, { ...draft, method: 'get', kind }));
  }
  if (verbs.includes('update')) {
    const draft = { id: naming.id('replace', suffix), description: `replace ${target}`, action: 'put', kind };
    const body = { payload, isRequired: true };
    operations.push(
      completeOperation(naming, {
        ...draft,
        method: 'put',
        query: writing,
        body,
        response: payload,
        codes: [200, 201],
      }),
    );
  }
  if (verbs.includes('patch')) {
    const draft = { id: naming.id('patch', suffix), description: `partially update ${target}`, action: 'patch', kind };
    const body = { payload: { kind: 'definition', of: 'Patch' }, isRequired: true } as const;
    operations.push(
      completeOperation(naming, {
        ...draft,
        method: 'patch',
        query: patching,
        body,
        response: payload,
        codes: [200, 201],
      }),
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
    const log = completeOperation(naming, {
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
      completeOperation(naming, {
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
