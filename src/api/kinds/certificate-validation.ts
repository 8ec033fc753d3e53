import {
  checkDns1123Label,
  checkDns1123Subdomain,
  type FieldError,
  fieldError,
  isSemanticallyEqual,
  parseCertificateChain,
  parseCertificateRequest,
} from '../../machinery/index.ts';
import { decodeBase64Text } from '../../machinery/protobuf/index.ts';
import type { CertificateSigningRequest } from '../generated/index.ts';

const legacySigner = 'kubernetes.io/legacy-unknown';

const usages: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

type Conditions = NonNullable<NonNullable<CertificateSigningRequest['status']>['conditions']>;

/** A new request. Whether its signature is right is for admission to see, which has the cryptography. */
export function validateSigningRequest(csr: CertificateSigningRequest): readonly FieldError[] {
  return [...validateSpec(csr, undefined), ...validateStatus(csr, undefined)];
}

/** What a write may change depends on where it is made: decisions through `approval`, the certificate through `status`. */
export interface UpdateRights {
  readonly canDecide: boolean;
  readonly canIssue: boolean;
}

/** Kubernetes: what was wrong already may stay. */
export function validateSigningRequestUpdate(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  rights: UpdateRights,
): readonly FieldError[] {
  return [...validateSpec(csr, old), ...validateStatus(csr, old), ...validateChange(csr, old, rights)];
}

function validateSpec(
  { spec }: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { problem } = parseCertificateRequest(decodeBase64Text(spec.request ?? '') ?? '');
  if (problem !== undefined) errors.push(fieldError.invalid('spec.request', spec.request, problem));
  errors.push(...validateUsages(spec.usages ?? [], old?.spec.usages ?? []));
  if (spec.signerName === legacySigner && old?.spec.signerName !== legacySigner) {
    const why = 'the legacy signerName is not allowed via this API version';
    errors.push(fieldError.invalid('spec.signerName', spec.signerName, why));
  } else errors.push(...validateSignerName('spec.signerName', spec.signerName ?? ''));
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < 600) {
    const why = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(fieldError.invalid('spec.expirationSeconds', spec.expirationSeconds, why));
  }
  return errors;
}

function validateUsages(given: readonly string[], old: readonly string[]): readonly FieldError[] {
  if (given.length === 0) return [fieldError.required('spec.usages')];
  const errors: FieldError[] = [];
  const mayBeUnknown = old.some(usage => !usages.includes(usage));
  const mayRepeat = new Set(old).size < old.length;
  for (const [i, usage] of given.entries()) {
    if (mayBeUnknown || usages.includes(usage)) continue;
    errors.push(fieldError.notSupported(`spec.usages[${i}]`, usage, usages));
  }
  for (const [i, usage] of given.entries()) {
    if (!mayRepeat && given.indexOf(usage) < i) errors.push(fieldError.duplicate(`spec.usages[${i}]`, usage));
  }
  return errors;
}

/** Kubernetes: `ValidateSignerName`: a domain and a path, `example.com/signer`. */
export function validateSignerName(field: string, name: string): readonly FieldError[] {
  if (name === '') return [fieldError.required(field)];
  const [domain = '', path, ...more] = name.split('/');
  if (path === undefined || more.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [fieldError.invalid(field, name, why)];
  }
  const errors: FieldError[] = [];
  if (domain.length > 253) errors.push(fieldError.tooLong(field, 253));
  const labels = domain.split('.');
  errors.push(...validateLabels(field, domain, labels, checkDns1123Label));
  if (labels.length < 2) {
    errors.push(fieldError.invalid(field, domain, 'should be a domain with at least two segments separated by dots'));
  }
  errors.push(...validateLabels(field, path, path.split('.'), checkDns1123Subdomain));
  if (name.length > 253 + 317 + 1) errors.push(fieldError.tooLong(field, 253 + 317 + 1));
  return errors;
}

/** The problems of the first bad label: those of further ones would read the same. */
function validateLabels(
  field: string,
  segment: string,
  labels: readonly string[],
  validate: (label: string) => readonly string[],
): readonly FieldError[] {
  for (const label of labels) {
    const problems = validate(label);
    if (problems.length === 0) continue;
    return problems.map(problem =>
      fieldError.invalid(field, segment, `validating label ${JSON.stringify(label)}: ${problem}`),
    );
  }
  return [];
}

function validateStatus(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest | undefined,
): readonly FieldError[] {
  const errors = [...validateConditions(csr.status?.conditions ?? [], old?.status?.conditions ?? [])];
  const certificate = csr.status?.certificate ?? '';
  if (certificate === '' || certificate === old?.status?.certificate) return errors;
  const { problem } = parseCertificateChain(decodeBase64Text(certificate) ?? '');
  if (problem !== undefined) errors.push(fieldError.invalid('status.certificate', '<certificate data>', problem));
  return errors;
}

const trueOnly: ReadonlySet<string> = new Set(['Approved', 'Denied', 'Failed']);

function validateConditions(conditions: Conditions, old: Conditions): readonly FieldError[] {
  const errors: FieldError[] = [];
  const mayDecideBoth = ['Approved', 'Denied'].every(type => old.some(condition => condition.type === type));
  const mayRepeat = new Set(old.map(({ type }) => type)).size < old.length;
  const mayBeEmpty = old.some(({ type }) => type === '');
  const seen = new Set<string>();
  for (const [i, { type, status }] of conditions.entries()) {
    const at = `status.conditions[${i}]`;
    if (type === '' && !mayBeEmpty) errors.push(fieldError.required(`${at}.type`));
    const allowed = trueOnly.has(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!status) errors.push(fieldError.required(`${at}.status`));
    else if (!allowed.includes(status)) errors.push(fieldError.notSupported(`${at}.status`, status, allowed));
    const opposite = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (!mayDecideBoth && opposite !== undefined && seen.has(opposite)) {
      errors.push(
        fieldError.invalid('status.conditions', type, 'Approved and Denied conditions are mutually exclusive'),
      );
    }
    if (!mayRepeat && seen.has(type)) errors.push(fieldError.duplicate(`${at}.type`, type));
    seen.add(type);
  }
  return errors;
}

function validateChange(
  csr: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { canDecide, canIssue }: UpdateRights,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const forbid = (what: string): void => {
    errors.push(fieldError.forbidden('status.conditions', `updates may not ${what}`));
  };
  for (const type of ['Approved', 'Denied', 'Failed']) {
    if (ofType(csr, type).length < ofType(old, type).length) forbid(`remove a condition of type "${type}"`);
  }
  for (const type of canDecide ? [] : ['Approved', 'Denied']) {
    const now = ofType(csr, type);
    const before = ofType(old, type);
    if (now.length > before.length) forbid(`add a condition of type "${type}"`);
    else if (now.length === before.length && !isSemanticallyEqual(now, before)) {
      forbid(`modify a condition of type "${type}"`);
    }
  }
  const certificate = csr.status?.certificate ?? '';
  const before = old.status?.certificate ?? '';
  if (certificate === before) return errors;
  if (!canIssue) errors.push(fieldError.forbidden('status.certificate', 'updates may not set certificate content'));
  else if (before !== '') {
    errors.push(fieldError.forbidden('status.certificate', 'updates may not modify existing certificate content'));
  }
  return errors;
}

function ofType({ status }: CertificateSigningRequest, type: string): Conditions {
  return (status?.conditions ?? []).filter(condition => condition.type === type);
}
