import { titleOfGroup } from './naming.ts';
import type { PathItem, Payload, SharedDefinition } from './operation.ts';
import type { PublishedResource } from './published-resource.ts';

/** `/api/`, `/apis/`, `/version/` and the key set: each with the name of its own document in edition 3. */
export const fixedPaths: readonly { readonly document: string; readonly item: PathItem }[] = [
  {
    document: 'api',
    item: discovery('/api/', 'get available API versions', 'core', 'getCoreAPIVersions', 'APIVersions'),
  },
  {
    document: 'apis',
    item: discovery('/apis/', 'get available API versions', 'apis', 'getAPIVersions', 'APIGroupList'),
  },
  {
    document: 'version',
    item: discovery('/version/', 'get the version of this server', 'version', 'getCodeVersion', 'Info', [
      'application/json',
    ]),
  },
  {
    document: 'openid/v1/jwks',
    item: discovery(
      '/openid/v1/jwks/',
      "get the public keys that verify service accounts' tokens",
      'openid',
      'getServiceAccountIssuerOpenIDKeyset',
      { kind: 'text' },
      ['application/jwk-set+json'],
    ),
  },
  {
    document: '.well-known/openid-configuration',
    item: discovery(
      '/.well-known/openid-configuration/',
      "get how to verify service accounts' tokens",
      'WellKnown',
      'getServiceAccountIssuerOpenIDConfiguration',
      { kind: 'text' },
      ['application/json'],
    ),
  },
];

/** What `/apis/apps/` answers. */
export function groupPath(group: string): PathItem {
  const title = titleOfGroup(group);
  return discovery(`/apis/${group}/`, 'get information of a group', tagOf(title), `get${title}APIGroup`, 'APIGroup');
}

/** What `/apis/apps/v1/` answers. */
export function resourceListPath({ group, version }: PublishedResource['type']): PathItem {
  const title = titleOfGroup(group);
  const id = `get${title}${version.charAt(0).toUpperCase()}${version.slice(1)}APIResources`;
  const path = group === '' ? `/api/${version}/` : `/apis/${group}/${version}/`;
  return discovery(path, 'get available resources', `${tagOf(title)}_${version}`, id, 'APIResourceList');
}

function tagOf(title: string): string {
  return `${title.charAt(0).toLowerCase()}${title.slice(1)}`;
}

function discovery(
  path: string,
  description: string,
  tag: string,
  id: string,
  answer: SharedDefinition | Payload,
  contentTypes?: readonly string[],
): PathItem {
  const response: Payload = typeof answer === 'string' ? { kind: 'definition', of: answer } : answer;
  return {
    path,
    pathParameters: [],
    operations: [
      { method: 'get', id, description, tag, query: [], response, codes: [200], contentTypes, isCustom: false },
    ],
  };
}
