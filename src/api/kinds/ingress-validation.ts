import {
  checkDns1123Label,
  checkDns1123Subdomain,
  checkPortName,
  checkPortNumber,
  checkWildcardDns1123Subdomain,
  type FieldError,
  fieldError,
  invalidEach,
  parseIp,
  validateLegacyIp,
} from '../../machinery/index.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressTLS } from '../generated/index.ts';
import type { Errors } from './pod-validation/index.ts';
import { checkReference } from './reference-checks.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badEnds = ['/..', '/.'];

/** Kubernetes: `ValidateIngressSpec`; what the old ingress got away with stays valid. */
export function validateIngress({ spec = {} }: Ingress, old?: Ingress): readonly FieldError[] {
  const errors: Errors = [];
  const { rules = [], defaultBackend, ingressClassName, tls = [] } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    const detail = 'either `defaultBackend` or `rules` must be specified';
    errors.push(fieldError.invalid('spec', spec.rules ?? null, detail));
  }
  if (defaultBackend !== undefined) checkBackend(errors, defaultBackend, 'spec.defaultBackend');
  const allowsWildcards = old !== undefined && hasBadWildcardRule(old);
  for (const [index, { host = '', http }] of rules.entries()) {
    const field = `spec.rules[${index}]`;
    if (host !== '' && parseIp(host) !== undefined) {
      errors.push(fieldError.invalid(`${field}.host`, host, 'must be a DNS name, not an IP address'));
    }
    if (host !== '') checkHost(errors, host, `${field}.host`);
    if (!(host.includes('*') && allowsWildcards)) checkPaths(errors, http, `${field}.http`);
  }
  checkTls(errors, tls, old);
  if (ingressClassName !== undefined) {
    errors.push(...invalidEach('spec.ingressClassName', ingressClassName, checkDns1123Subdomain(ingressClassName)));
  }
  return errors;
}

/** Kubernetes: `ValidateIngressCreate`. */
export function validateIngressCreate(ingress: Ingress): readonly FieldError[] {
  const given = ingress.metadata.annotations?.[classAnnotation];
  const name = ingress.spec?.ingressClassName;
  const errors = validateIngress(ingress);
  if (given === undefined || name === undefined || given === name) return errors;
  const detail = 'must match `ingressClassName` when both are specified';
  return [...errors, fieldError.invalid(`annotations.${classAnnotation}`, given, detail)];
}

function hasBadWildcardRule({ spec }: Ingress): boolean {
  return (spec?.rules ?? []).some(({ host = '', http }) => {
    const errors: Errors = [];
    if (host.includes('*')) checkPaths(errors, http, '');
    return errors.length > 0;
  });
}

function checkHost(errors: Errors, host: string, field: string): void {
  const problems = host.includes('*') ? checkWildcardDns1123Subdomain(host) : checkDns1123Subdomain(host);
  errors.push(...invalidEach(field, host, problems));
}

function checkTls(errors: Errors, tls: readonly IngressTLS[], old: Ingress | undefined): void {
  const isBadSecret = (name = ''): boolean => name !== '' && checkDns1123Subdomain(name).length > 0;
  const allowsBadSecrets = (old?.spec?.tls ?? []).some(entry => isBadSecret(entry.secretName));
  for (const [index, { hosts = [], secretName = '' }] of tls.entries()) {
    const field = `spec.tls[${index}]`;
    for (const [at, host] of hosts.entries()) checkHost(errors, host, `${field}.hosts[${at}]`);
    if (secretName === '' || allowsBadSecrets) continue;
    errors.push(...invalidEach(`${field}.secretName`, secretName, checkDns1123Subdomain(secretName)));
  }
}

function checkPaths(
  errors: Errors,
  http: { readonly paths?: readonly HTTPIngressPath[] } | undefined,
  field: string,
): void {
  if (http === undefined) return;
  const paths = http.paths ?? [];
  if (paths.length === 0) errors.push(fieldError.required(`${field}.paths`));
  for (const [index, path] of paths.entries()) checkPath(errors, path, `${field}.paths[${index}]`);
}

function checkPath(errors: Errors, { path = '', pathType, backend }: HTTPIngressPath, field: string): void {
  if (pathType === undefined) {
    errors.push(fieldError.required(`${field}.pathType`, 'pathType must be specified'));
    return;
  }
  const invalid = (detail: string): number => errors.push(fieldError.invalid(`${field}.path`, path, detail));
  const isPlain = pathType === 'Exact' || pathType === 'Prefix';
  if (!isPlain && pathType !== 'ImplementationSpecific') {
    errors.push(fieldError.notSupported(`${field}.pathType`, pathType, pathTypes));
  } else if ((isPlain || path !== '') && !path.startsWith('/')) {
    invalid('must be an absolute path');
  }
  if (isPlain) {
    for (const bad of badSequences) if (path.includes(bad)) invalid(`must not contain '${bad}'`);
    for (const bad of badEnds) if (path.endsWith(bad)) invalid(`cannot end with '${bad}'`);
  }
  checkBackend(errors, backend ?? {}, `${field}.backend`);
}

function checkBackend(errors: Errors, { resource, service }: IngressBackend, field: string): void {
  if (resource !== undefined && service !== undefined) {
    errors.push(fieldError.invalid(field, '', 'cannot set both resource and service backends'));
    return;
  }
  if (resource !== undefined) {
    checkReference(errors, `${field}.resource`, resource);
    return;
  }
  if (service === undefined) {
    errors.push(fieldError.invalid(field, '', 'resource or service backend is required'));
    return;
  }
  const { name: serviceName = '', port } = service;
  if (serviceName === '') errors.push(fieldError.required(`${field}.service.name`));
  else errors.push(...invalidEach(`${field}.service.name`, serviceName, checkDns1123Label(serviceName)));
  const { name = '', number = 0 } = port ?? {};
  if (name !== '' && number !== 0) {
    errors.push(fieldError.invalid(field, '', 'cannot set both port name & port number'));
  } else if (name !== '') {
    errors.push(...invalidEach(`${field}.service.port.name`, name, checkPortName(name)));
  } else if (number !== 0) {
    errors.push(...invalidEach(`${field}.service.port.number`, number, checkPortNumber(number)));
  } else {
    errors.push(fieldError.required(field, 'port name or number is required'));
  }
}

/** Kubernetes: `ValidateIngressLoadBalancerStatus`. */
export function validateIngressStatus({ status }: Ingress, old: Ingress): readonly FieldError[] {
  const known = (old.status?.loadBalancer?.ingress ?? []).map(point => point.ip ?? '').filter(ip => ip !== '');
  const errors: Errors = [];
  for (const [index, { ip = '', hostname = '' }] of (status?.loadBalancer?.ingress ?? []).entries()) {
    const field = `status.loadBalancer.ingress[${index}]`;
    if (ip !== '') errors.push(...validateLegacyIp(`${field}.ip`, ip, known));
    if (hostname === '') continue;
    errors.push(...invalidEach(`${field}.hostname`, hostname, checkDns1123Subdomain(hostname)));
    if (parseIp(hostname) !== undefined) {
      errors.push(fieldError.invalid(`${field}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    }
  }
  return errors;
}
