import type { Naming } from './naming.ts';
import { completeOperation, type Operation, type PathItem } from './operation.ts';
import { listing } from './operation-parameters.ts';
import type { PublishedResource } from './published-resource.ts';

/** Kubernetes: the paths that watched before `?watch=true` did. They are still served, and published as deprecated. */
export function watchPaths({ type, verbs }: PublishedResource, root: string, naming: Naming): readonly PathItem[] {
  if (!verbs.includes('watch')) return [];
  const watched = `${root}/watch`;
  const scope = type.namespaced ? `${watched}/namespaces/{namespace}` : watched;
  const parameters = type.namespaced ? ['namespace'] : [];
  const many = describeWatchOfMany(naming);
  const items: PathItem[] = [
    {
      path: `${scope}/${type.resource}`,
      pathParameters: parameters,
      operations: [{ ...many, id: naming.id('watch', 'List') }],
    },
  ];
  if (verbs.includes('get')) {
    const path = `${scope}/${type.resource}/{name}`;
    items.push({ path, pathParameters: ['name', ...parameters], operations: [describeWatchOfOne(naming)] });
  }
  if (type.namespaced) {
    const all = { ...many, id: naming.idForAll('watch', 'List') };
    items.push({ path: `${watched}/${type.resource}`, pathParameters: [], operations: [all] });
  }
  return items;
}

function describeWatchOfMany(naming: Naming): Operation {
  return completeOperation(naming, {
    method: 'get',
    id: '',
    description: `watch changes to a list of ${naming.kind.kind}; deprecated: a list with the parameter 'watch' does the same`,
    action: 'watchlist',
    query: listing,
    response: { kind: 'definition', of: 'WatchEvent' },
  });
}

function describeWatchOfOne(naming: Naming): Operation {
  return completeOperation(naming, {
    method: 'get',
    id: naming.id('watch'),
    description: `watch changes to one ${naming.kind.kind}; deprecated: a list with 'watch' and a field selector does the same`,
    action: 'watch',
    query: listing,
    response: { kind: 'definition', of: 'WatchEvent' },
  });
}
