import type { ConfigMap } from '../../api/generated/index.ts';

/** Whom the API server believes, for servers and components that are to believe the same. */
export interface AuthenticationTrust {
  /** PEM of the authority that signs client certificates. */
  readonly clientAuthority: string;
  /** How aggregated servers recognise the API server when it tells them whose request it passes on. */
  readonly requestHeader?:
    | {
        /** PEM. */
        readonly authority: string;
        /** Common names of the certificates to believe. */
        readonly allowedNames: readonly string[];
      }
    | undefined;
}

/** Kubernetes: kube-scheduler, kube-controller-manager and aggregated servers read it to know their own callers. */
export function authenticationConfigMap({ clientAuthority, requestHeader }: AuthenticationTrust): ConfigMap {
  const listed = (...names: readonly string[]): string => JSON.stringify(names);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
    data: {
      'client-ca-file': clientAuthority,
      ...(requestHeader === undefined
        ? {}
        : {
            'requestheader-allowed-names': listed(...requestHeader.allowedNames),
            'requestheader-client-ca-file': requestHeader.authority,
            'requestheader-extra-headers-prefix': listed('X-Remote-Extra-'),
            'requestheader-group-headers': listed('X-Remote-Group'),
            'requestheader-uid-headers': listed('X-Remote-Uid'),
            'requestheader-username-headers': listed('X-Remote-User'),
          }),
    },
  };
}

/**
 * Kubernetes: since when the use of tokens in Secrets is noted, which is always. Whoever cleans up unused ones counts from
 * that day. `now` is RFC 3339.
 */
export function legacyTokenTracking(now: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
    data: { since: now.slice(0, 10) },
  };
}
