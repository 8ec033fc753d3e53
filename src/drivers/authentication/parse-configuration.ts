import type { AnonymousAccess, JwtIssuer } from '../../apiserver/auth/index.ts';

export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtIssuer[];
  readonly anonymous?: AnonymousAccess | undefined;
}

const group = 'apiserver.config.k8s.io';
const versions = ['v1', 'v1beta1', 'v1alpha1'];

/** What each object of the file may hold; `[]` stands for a list of objects, other fields are values. */
const shape: Shape = {
  kind: 'value',
  apiVersion: 'value',
  jwt: [
    {
      issuer: {
        url: 'value',
        discoveryURL: 'value',
        certificateAuthority: 'value',
        audiences: 'value',
        audienceMatchPolicy: 'value',
        egressSelectorType: 'value',
      },
      claimValidationRules: [{ claim: 'value', requiredValue: 'value', expression: 'value', message: 'value' }],
      claimMappings: {
        username: { claim: 'value', prefix: 'value', expression: 'value' },
        groups: { claim: 'value', prefix: 'value', expression: 'value' },
        uid: { claim: 'value', expression: 'value' },
        extra: [{ key: 'value', valueExpression: 'value' }],
      },
      userValidationRules: [{ expression: 'value', message: 'value' }],
    },
  ],
  anonymous: { enabled: 'value', conditions: [{ path: 'value' }] },
};

interface Shape {
  readonly [field: string]: 'value' | Shape | readonly [Shape];
}

/** Reads an AuthenticationConfiguration, strictly: a field that nobody knows may be one that was meant to keep people out. */
export async function parseAuthenticationConfiguration(text: string): Promise<AuthenticationConfiguration> {
  if (text === '') throw new Error('empty config data');
  const { parse } = await import('yaml');
  const value: unknown = parse(text);
  if (!isRecord(value)) throw new Error('expected AuthenticationConfiguration');
  const { apiVersion, kind } = value;
  const isKnown =
    kind === 'AuthenticationConfiguration' && versions.some(version => apiVersion === `${group}/${version}`);
  if (!isKnown) {
    throw new Error(
      `no kind ${JSON.stringify(kind ?? '')} is registered for version ${JSON.stringify(apiVersion ?? '')}`,
    );
  }
  const unknown = listUnknown(value, shape, '');
  if (unknown.length > 0) {
    throw new Error(
      `strict decoding error: ${unknown.map(field => `unknown field ${JSON.stringify(field)}`).join(', ')}`,
    );
  }
  return { jwt: (value['jwt'] ?? []) as readonly JwtIssuer[], anonymous: value['anonymous'] as AnonymousAccess };
}

function listUnknown(value: Readonly<Record<string, unknown>>, known: Shape, path: string): readonly string[] {
  return Object.entries(value).flatMap(([field, item]) => {
    const inner = known[field];
    const at = path === '' ? field : `${path}.${field}`;
    if (inner === undefined) return [at];
    if (inner === 'value') return [];
    if (!isList(inner)) return isRecord(item) ? listUnknown(item, inner, at) : wrongType(at, 'object', item);
    if (!Array.isArray(item)) return wrongType(at, 'list', item);
    return item.flatMap((one, i) =>
      isRecord(one) ? listUnknown(one, inner[0], `${at}[${i}]`) : wrongType(at, 'object', one),
    );
  });
}

function isList(inner: Shape | readonly [Shape]): inner is readonly [Shape] {
  return Array.isArray(inner);
}

function wrongType(path: string, wanted: string, value: unknown): never {
  throw new Error(`${path}: wanted ${wanted}, not ${JSON.stringify(value)}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
