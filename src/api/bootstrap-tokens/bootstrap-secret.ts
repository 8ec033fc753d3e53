import { decodeBase64Text } from '../../machinery/protobuf/index.ts';
import { parseTime } from '../../world/index.ts';
import type { Secret } from '../generated/index.ts';

export const bootstrapNamespace = 'kube-system';

type Key =
  | 'auth-extra-groups'
  | 'expiration'
  | 'token-id'
  | 'token-secret'
  | 'usage-bootstrap-authentication'
  | 'usage-bootstrap-signing';

/** Whether a Secret is of the type in which bootstrap tokens are kept. */
export function isBootstrapSecret({ type }: Secret): boolean {
  return type === 'bootstrap.kubernetes.io/token';
}

/** The name of the Secret of the token with this id. */
export function bootstrapSecretName(id: string): string {
  return `bootstrap-token-${id}`;
}

/** One part of a token's Secret; the empty text where it says nothing. */
export function readBootstrapData({ data }: Secret, key: Key): string {
  return decodeBase64Text(data?.[key] ?? '') ?? '';
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * When a token ends, in milliseconds since the epoch; infinity for one that does not. Kubernetes: a time that cannot be
 * read has passed.
 */
export function bootstrapExpiryMs(secret: Secret): number {
  const text = readBootstrapData(secret, 'expiration');
  if (text === '') return Number.POSITIVE_INFINITY;
  const time = rfc3339.test(text) ? parseTime(text) : Number.NaN;
  return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
}
