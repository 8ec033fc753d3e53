import type { CertificateRequest } from '../../machinery/index.ts';

export const signers = {
  client: 'kubernetes.io/kube-apiserver-client',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
  legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;

type Rule = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const nodePrefix = 'system:node:';

const checkClient: Rule = (_request, usages) => {
  const optional = ['digital signature', 'key encipherment'];
  const wrong = usages.find(usage => usage !== 'client auth' && !optional.includes(usage));
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
};

export const checkKubeletClient: Rule = (request, usages) => {
  if (!isForNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.subject.commonName.startsWith(nodePrefix)) return 'subject common name does not begin with system:node:';
  return checkUsages(usages, 'client auth');
};

const checkKubeletServing: Rule = (request, usages) => {
  if (!isForNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) {
    return 'DNS or IP subjectAltName is required';
  }
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  const wrong = checkUsages(usages, 'server auth');
  if (wrong !== undefined) return wrong;
  return request.subject.commonName.startsWith(nodePrefix)
    ? undefined
    : 'subject common name does not begin with system:node:';
};

/** Kubernetes: what each of the built-in signers demands; for others it does not sign. Returns what is wrong. */
export const signerRules: Readonly<Record<string, Rule>> = {
  [signers.client]: checkClient,
  [signers.kubeletClient]: checkKubeletClient,
  [signers.kubeletServing]: checkKubeletServing,
  [signers.legacyUnknown]: () => undefined,
};

function isForNodes({ subject: { organizations } }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

/** Kubernetes: keys that cannot encipher (ECDSA) need not be asked to. */
function checkUsages(usages: readonly string[], purpose: string): string | undefined {
  const given = [...new Set(usages)].sort();
  const full = ['digital signature', 'key encipherment', purpose].sort();
  const isSame = (wanted: readonly string[]): boolean =>
    given.length === wanted.length && given.every((usage, i) => usage === wanted[i]);
  if (isSame(full) || isSame(full.filter(usage => usage !== 'key encipherment'))) return undefined;
  // Go prints a list so.
  return `usages did not match [${full.join(' ')}]`;
}
