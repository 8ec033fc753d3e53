import {
  bootstrapExpiryMs,
  bootstrapNamespace,
  bootstrapSecretName,
  isBootstrapSecret,
  readBootstrapData,
} from '../../api/bootstrap-tokens/index.ts';
import { type ConfigMap, configMaps, type Secret, secrets } from '../../api/generated/index.ts';
import type { Controller } from '../../client/index.ts';

const mapKey = 'kube-public/cluster-info';
const signaturePrefix = 'jws-kubeconfig-';

/** A JSON Web Signature (HS256) without its content: `HEADER..SIGNATURE`, RFC 7515, appendix F. */
export type SignDetached = (content: string, keyId: string, key: string) => string;

/**
 * Signs the ConfigMap `cluster-info` with each bootstrap token, so that who knows a token can believe what it says of
 * the cluster. Who publishes that ConfigMap is no matter of this controller's.
 */
export function bootstrapSigner(sign: SignDetached): Controller<ConfigMap> {
  return {
    name: 'bootstrap-signer',
    primary: configMaps,
    secondaries: [{ type: secrets, keysOf: secret => (isBootstrapSecret(secret) ? [mapKey] : []) }],
    reconcile(map, { key, view, now }) {
      const content = map?.data?.['kubeconfig'];
      if (key !== mapKey || map === undefined || content === undefined) return [];
      const tokens = view.list(secrets, bootstrapNamespace).filter(secret => canSign(secret, now));
      const plain = Object.entries(map.data ?? {}).filter(([name]) => !name.startsWith(signaturePrefix));
      const signatures = tokens.map(secret => {
        const id = readBootstrapData(secret, 'token-id');
        return [signaturePrefix + id, sign(content, id, readBootstrapData(secret, 'token-secret'))];
      });
      const data: ConfigMap['data'] = Object.fromEntries([...plain, ...signatures]);
      if (isSameData(data ?? {}, map.data ?? {})) return [];
      return [{ do: 'update', type: configMaps, object: { ...map, data } as ConfigMap }];
    },
  };
}

function canSign(secret: Secret, now: number): boolean {
  if (!isBootstrapSecret(secret) || bootstrapExpiryMs(secret) <= now) return false;
  const id = readBootstrapData(secret, 'token-id');
  return (
    id !== '' &&
    secret.metadata.name === bootstrapSecretName(id) &&
    readBootstrapData(secret, 'token-secret') !== '' &&
    readBootstrapData(secret, 'usage-bootstrap-signing') === 'true'
  );
}

type Data = Readonly<Record<string, string>>;

function isSameData(left: Data, right: Data): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every(key => left[key] === right[key]);
}
