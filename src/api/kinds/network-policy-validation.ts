import {
  checkPortName,
  checkPortNumber,
  cidrContains,
  type FieldError,
  fieldError,
  invalidEach,
  parseCidr,
  validateLabelSelector,
  validateLegacyCidr,
} from '../../machinery/index.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../generated/index.ts';
import type { Errors } from './pod-validation/index.ts';

const policyTypes = ['Ingress', 'Egress'];
const protocols = ['TCP', 'UDP', 'SCTP'];

/** Kubernetes: `ValidateNetworkPolicySpec`; ranges that the old policy had stay valid. */
export function validateNetworkPolicy({ spec }: NetworkPolicy, old?: NetworkPolicy): readonly FieldError[] {
  if (spec === undefined) return [];
  const errors: Errors = [...validateLabelSelector(spec.podSelector, 'spec.podSelector')];
  const known = old === undefined ? [] : rangesOf(old);
  for (const [index, rule] of (spec.ingress ?? []).entries()) {
    const field = `spec.ingress[${index}]`;
    checkPorts(errors, rule.ports, `${field}.ports`);
    checkPeers(errors, rule.from, `${field}.from`, known);
  }
  for (const [index, rule] of (spec.egress ?? []).entries()) {
    const field = `spec.egress[${index}]`;
    checkPorts(errors, rule.ports, `${field}.ports`);
    checkPeers(errors, rule.to, `${field}.to`, known);
  }
  checkTypes(errors, spec.policyTypes ?? []);
  return errors;
}

function checkTypes(errors: Errors, types: readonly string[]): void {
  if (types.length > policyTypes.length) {
    errors.push(fieldError.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'));
    return;
  }
  for (const [index, type] of types.entries()) {
    if (!policyTypes.includes(type))
      errors.push(fieldError.notSupported(`spec.policyTypes[${index}]`, type, policyTypes));
  }
}

function rangesOf({ spec }: NetworkPolicy): readonly string[] {
  const incoming = (spec?.ingress ?? []).flatMap(rule => rule.from ?? []);
  const outgoing = (spec?.egress ?? []).flatMap(rule => rule.to ?? []);
  return [...incoming, ...outgoing].flatMap(({ ipBlock }) =>
    ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])],
  );
}

function checkPorts(errors: Errors, ports: readonly NetworkPolicyPort[] | undefined, field: string): void {
  for (const [index, port] of (ports ?? []).entries()) checkPort(errors, port, `${field}[${index}]`);
}

function checkPort(errors: Errors, { protocol, port, endPort }: NetworkPolicyPort, field: string): void {
  if (protocol !== undefined && !protocols.includes(protocol)) {
    errors.push(fieldError.notSupported(`${field}.protocol`, protocol, protocols));
  }
  const invalidEnd = (value: number, detail: string): void => {
    errors.push(fieldError.invalid(`${field}.endPort`, value, detail));
  };
  if (port === undefined) {
    if (endPort !== undefined) invalidEnd(endPort, 'may not be specified when `port` is not specified');
  } else if (typeof port === 'string') {
    if (endPort !== undefined) invalidEnd(endPort, 'may not be specified when `port` is non-numeric');
    errors.push(...invalidEach(`${field}.port`, port, checkPortName(port)));
  } else {
    errors.push(...invalidEach(`${field}.port`, port, checkPortNumber(port)));
    if (endPort === undefined) return;
    if (endPort < port) invalidEnd(port, 'must be greater than or equal to `port`');
    for (const problem of checkPortNumber(endPort)) invalidEnd(endPort, problem);
  }
}

function checkPeers(
  errors: Errors,
  peers: readonly NetworkPolicyPeer[] | undefined,
  field: string,
  known: readonly string[],
): void {
  for (const [index, { podSelector, namespaceSelector, ipBlock }] of (peers ?? []).entries()) {
    const at = `${field}[${index}]`;
    errors.push(...validateLabelSelector(podSelector, `${at}.podSelector`));
    errors.push(...validateLabelSelector(namespaceSelector, `${at}.namespaceSelector`));
    if (ipBlock !== undefined) checkBlock(errors, ipBlock, `${at}.ipBlock`, known);
    const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
    if (!hasSelector && ipBlock === undefined) errors.push(fieldError.required(at, 'must specify a peer'));
    if (hasSelector && ipBlock !== undefined) {
      errors.push(fieldError.forbidden(at, 'may not specify both ipBlock and another peer'));
    }
  }
}

function checkBlock(errors: Errors, { cidr, except }: IPBlock, field: string, known: readonly string[]): void {
  if ((cidr ?? '') === '') {
    errors.push(fieldError.required(`${field}.cidr`));
    return;
  }
  errors.push(...validateLegacyCidr(`${field}.cidr`, cidr, known));
  const range = parseCidr(cidr);
  if (range === undefined) return;
  for (const [index, text] of (except ?? []).entries()) {
    const at = `${field}.except[${index}]`;
    errors.push(...validateLegacyCidr(at, text, known));
    const inner = parseCidr(text);
    if (inner === undefined) continue;
    const base = { family: inner.family, bits: inner.base };
    const isInside =
      inner.family === range.family && cidrContains(range, base) && range.prefixLength < inner.prefixLength;
    if (!isInside) errors.push(fieldError.invalid(at, text, 'must be a strict subset of `cidr`'));
  }
}
