/**
 * What names, labels, addresses and metadata must look like, in upstream's words. `check…` functions take a value and
 * return texts; `validate…` functions also take a path and return field errors. Knows no kind.
 *
 * Start reading at `name-formats.ts`, then `object-meta.ts`.
 */
export {
  invalidEach,
  validateDomainPrefixedKey,
  validateDomainPrefixedPath,
  validateFullyQualifiedDomainName,
  validateFullyQualifiedName,
  validateLabelName,
  validateLabels,
  validateNonnegative,
} from './field-validations.ts';
export {
  type Cidr,
  cidrContains,
  formatCidr,
  formatIp,
  type IpAddress,
  ipTraits,
  mapToIpv6,
  parseCidr,
  parseIp,
} from './ip.ts';
export { validateCidr, validateIp, validateLegacyCidr, validateLegacyIp } from './ip-validations.ts';
export {
  checkCIdentifier,
  checkConfigMapKey,
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkDns1123SubdomainWithUnderscore,
  checkEnvVarName,
  checkHttpHeaderName,
  checkHttpPath,
  checkLabelValue,
  checkPathSegmentName,
  checkPathSegmentPrefix,
  checkPercent,
  checkPortName,
  checkPortNumber,
  checkQualifiedName,
  checkRange,
  checkRelaxedEnvVarName,
  checkUserId,
  checkWildcardDns1123Subdomain,
  emptyText,
  explainPattern,
  type Problems,
} from './name-formats.ts';
export {
  type NameCheck,
  nameChecks,
  type ObjectMetaRules,
  validateAnnotations,
  validateFieldManager,
  validateFinalizers,
  validateImmutable,
  validateKubernetesFinalizers,
  validateManagedFields,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateOwnerReferences,
} from './object-meta.ts';
