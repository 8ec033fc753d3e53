import { type FieldError, fieldError, parsePem } from '../../../machinery/index.ts';
import type { ClaimOrExpression, JwtIssuer, PrefixedClaimOrExpression } from './jwt-issuer.ts';

/** What is wrong with the issuers of a configuration, in upstream's words. `disallowed`: the server's own. */
export function validateIssuers(issuers: readonly JwtIssuer[], disallowed: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const urls = issuers.map(({ issuer }) => issuer?.url);
  const discoveries = issuers.map(({ issuer }) => issuer?.discoveryURL);
  for (const [i, issuer] of issuers.entries()) {
    const at = `jwt[${i}]`;
    errors.push(
      ...validateIssuer(issuer.issuer, `${at}.issuer`, disallowed),
      ...validateRules(issuer, at),
      ...validateMappings(issuer.claimMappings, `${at}.claimMappings`),
    );
    if (urls.indexOf(urls[i]!) < i) errors.push(fieldError.duplicate(`${at}.issuer.url`, urls[i]));
    if (discoveries[i] !== undefined && discoveries.indexOf(discoveries[i]) < i) {
      errors.push(fieldError.duplicate(`${at}.issuer.discoveryURL`, discoveries[i]));
    }
  }
  return errors;
}

function validateIssuer(
  issuer: Partial<JwtIssuer['issuer']> | undefined,
  at: string,
  disallowed: readonly string[],
): readonly FieldError[] {
  const {
    url = '',
    discoveryURL = '',
    audiences = [],
    audienceMatchPolicy = '',
    certificateAuthority = '',
  } = issuer ?? {};
  const errors: FieldError[] = [];
  if (url === '') errors.push(fieldError.required(`${at}.url`));
  else errors.push(...validateUrl(url, `${at}.url`, disallowed));
  if (discoveryURL !== '') {
    if (withoutSlash(url) === withoutSlash(discoveryURL)) {
      errors.push(fieldError.invalid(`${at}.discoveryURL`, discoveryURL, 'discoveryURL must be different from URL'));
    }
    errors.push(...validateUrl(discoveryURL, `${at}.discoveryURL`, []));
  }
  errors.push(...validateAudiences(audiences, audienceMatchPolicy, at));
  if (certificateAuthority !== '' && !parsePem(certificateAuthority).some(({ label }) => label === 'CERTIFICATE')) {
    const why = 'data does not contain any valid RSA or ECDSA certificates';
    errors.push(fieldError.invalid(`${at}.certificateAuthority`, '<omitted>', why));
  }
  return errors;
}

const urlPattern = /^([a-zA-Z][\w+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/;

function validateUrl(url: string, field: string, disallowed: readonly string[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (why: string): void => {
    errors.push(fieldError.invalid(field, url, why));
  };
  if (disallowed.includes(url)) invalid(`URL must not overlap with disallowed issuers: [${disallowed.join(' ')}]`);
  const [, scheme, host = '', , query = '', fragment = ''] = urlPattern.exec(url) ?? [];
  if (scheme !== 'https') invalid('URL scheme must be https');
  if (host.includes('@')) invalid('URL must not contain a username or password');
  if (query !== '') invalid('URL must not contain a query');
  if (fragment !== '') invalid('URL must not contain a fragment');
  return errors;
}

function validateAudiences(audiences: readonly string[], policy: string, at: string): readonly FieldError[] {
  const field = `${at}.audiences`;
  if (audiences.length === 0) return [fieldError.required(field, `at least one ${field} is required`)];
  const errors: FieldError[] = [];
  for (const [i, audience] of audiences.entries()) {
    if (audience === '') errors.push(fieldError.required(`${field}[${i}]`));
    if (audiences.indexOf(audience) < i) errors.push(fieldError.duplicate(`${field}[${i}]`, audience));
  }
  const policyField = `${at}.audienceMatchPolicy`;
  if (audiences.length > 1 && policy !== 'MatchAny') {
    errors.push(fieldError.invalid(policyField, policy, 'audienceMatchPolicy must be MatchAny for multiple audiences'));
  }
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny') {
    const why = 'audienceMatchPolicy must be empty or MatchAny for single audience';
    errors.push(fieldError.invalid(policyField, policy, why));
  }
  return errors;
}

function validateRules({ claimValidationRules = [], userValidationRules = [] }: JwtIssuer, at: string) {
  const errors: FieldError[] = [];
  for (const [i, { claim = '', expression = '', message, requiredValue }] of claimValidationRules.entries()) {
    const field = `${at}.claimValidationRules[${i}]`;
    if (claim !== '' && expression !== '') {
      errors.push(fieldError.invalid(field, claim, "claim and expression can't both be set"));
    } else if (claim === '' && expression === '') {
      errors.push(fieldError.required(field, 'claim or expression is required'));
    } else if (claim !== '' && message) {
      errors.push(fieldError.invalid(`${field}.message`, message, 'may not be specified when claim is set'));
    } else if (expression !== '' && requiredValue) {
      const why = 'may not be specified when expression is set';
      errors.push(fieldError.invalid(`${field}.requiredValue`, requiredValue, why));
    }
    if (claim !== '' && claimValidationRules.findIndex(rule => rule.claim === claim) < i) {
      errors.push(fieldError.duplicate(`${field}.claim`, claim));
    }
    if (expression !== '' && claimValidationRules.findIndex(rule => rule.expression === expression) < i) {
      errors.push(fieldError.duplicate(`${field}.expression`, expression));
    }
  }
  for (const [i, { expression = '' }] of userValidationRules.entries()) {
    const field = `${at}.userValidationRules[${i}].expression`;
    if (expression === '') errors.push(fieldError.required(field));
    else if (userValidationRules.findIndex(rule => rule.expression === expression) < i) {
      errors.push(fieldError.duplicate(field, expression));
    }
  }
  return errors;
}

function validateMappings(mappings: JwtIssuer['claimMappings'] | undefined, at: string): readonly FieldError[] {
  const { username = {}, groups = {}, uid = {}, extra = [] } = mappings ?? {};
  const errors = [
    ...validatePrefixed(username, `${at}.username`, true),
    ...validatePrefixed(groups, `${at}.groups`, false),
    ...validateOne(uid, `${at}.uid`),
  ];
  for (const [i, { key = '', valueExpression = '' }] of extra.entries()) {
    const field = `${at}.extra[${i}]`;
    const domain = key.slice(0, Math.max(0, key.indexOf('/')));
    if (domain === '') {
      errors.push(fieldError.invalid(`${field}.key`, key, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    }
    if (key !== key.toLowerCase()) errors.push(fieldError.invalid(`${field}.key`, key, 'must be lowercase'));
    if (/(^|\.)(kubernetes|k8s)\.io$/.test(domain)) {
      const why = 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use';
      errors.push(fieldError.invalid(`${field}.key`, key, why));
    }
    if (extra.findIndex(mapping => mapping.key === key) < i) errors.push(fieldError.duplicate(`${field}.key`, key));
    if (valueExpression === '') errors.push(fieldError.required(`${field}.valueExpression`));
  }
  return errors;
}

function validatePrefixed(
  mapping: PrefixedClaimOrExpression,
  field: string,
  isRequired: boolean,
): readonly FieldError[] {
  const { claim = '', expression = '', prefix } = mapping;
  const errors = [...validateOne(mapping, field)];
  if (isRequired && claim === '' && expression === '') {
    errors.push(fieldError.required(field, 'claim or expression is required'));
  }
  if (expression !== '' && claim === '' && prefix !== undefined) {
    errors.push(fieldError.invalid(`${field}.prefix`, prefix, 'may not be specified when expression is set'));
  }
  if (claim !== '' && expression === '' && prefix === undefined) {
    errors.push(
      fieldError.required(
        `${field}.prefix`,
        'prefix is required when claim is set. It can be set to an empty string to disable prefixing',
      ),
    );
  }
  return errors;
}

function validateOne({ claim, expression }: ClaimOrExpression, field: string): readonly FieldError[] {
  return claim && expression ? [fieldError.invalid(field, '', "claim and expression can't both be set")] : [];
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
