import type { JsonObject } from '../../../machinery/index.ts';
import type { UserInfo } from '../../core-contract.ts';
import { groups as wellKnown } from '../well-known-users.ts';
import type { ClaimExpressions } from './claim-expressions.ts';
import type { ClaimOrExpression, JwtIssuer, PrefixedClaimOrExpression } from './jwt-issuer.ts';

/** Raised for claims that do not make a user, with upstream's words. */
export class ClaimError extends Error {}

/** The user that a token's claims make. `expressions` are those of the issuer; throws a `ClaimError`. */
export function mapClaims(issuer: JwtIssuer, claims: JsonObject, expressions: ClaimExpressions): UserInfo {
  const { username, groups, uid, extra = [] } = issuer.claimMappings;
  const user: UserInfo = {
    username: readUsername(username, claims, expressions),
    groups: groups === undefined ? [] : readGroups(groups, claims, expressions),
    ...readUid(uid, claims, expressions),
    ...readExtra(extra, claims, expressions),
  };
  checkClaims(issuer, claims, expressions);
  checkUser(issuer, user, expressions);
  const isKnown = user.groups.includes(wellKnown.authenticated) || user.groups.includes(wellKnown.unauthenticated);
  return isKnown ? user : { ...user, groups: [...user.groups, wellKnown.authenticated] };
}

function readUsername(mapping: PrefixedClaimOrExpression, claims: JsonObject, expressions: ClaimExpressions): string {
  if (mapping.expression) {
    const name = expressions.evaluate(mapping.expression, { claims }, 'username claim expression');
    const head = 'oidc: error evaluating username claim expression';
    if (typeof name !== 'string') throw new ClaimError(`${head}: username claim expression must return a string`);
    if (name === '') throw new ClaimError('oidc: empty username via CEL expression is not allowed');
    return name;
  }
  const claim = mapping.claim ?? '';
  const name = readText(claims, claim, `oidc: parse username claims ${JSON.stringify(claim)}`);
  if (claim === 'email' && Object.hasOwn(claims, 'email_verified')) {
    const isVerified = claims['email_verified'];
    if (typeof isVerified !== 'boolean') {
      throw new ClaimError(`oidc: parse 'email_verified' claim: ${wrongType(isVerified, 'bool')}`);
    }
    if (!isVerified) throw new ClaimError('oidc: email not verified');
  }
  return (mapping.prefix ?? '') + name;
}

function readGroups(
  mapping: PrefixedClaimOrExpression,
  claims: JsonObject,
  expressions: ClaimExpressions,
): readonly string[] {
  const { claim = '', expression, prefix = '' } = mapping;
  if (expression) {
    return toTexts(expressions.evaluate(expression, { claims }, 'group claim expression'), 'group claim expression');
  }
  if (claim === '' || !Object.hasOwn(claims, claim)) return [];
  const value = claims[claim];
  // Some issuers have one role for each user, and name it as such.
  const all = Array.isArray(value) ? value : [value];
  return all.map(group => {
    if (typeof group === 'string') return prefix + group;
    throw new ClaimError(`oidc: parse groups claim ${JSON.stringify(claim)}: ${wrongType(group, 'string')}`);
  });
}

function readUid(
  mapping: ClaimOrExpression | undefined,
  claims: JsonObject,
  expressions: ClaimExpressions,
): { readonly uid?: string } {
  if (mapping?.claim) {
    return { uid: readText(claims, mapping.claim, `oidc: parse uid claim ${JSON.stringify(mapping.claim)}`) };
  }
  if (!mapping?.expression) return {};
  const uid = expressions.evaluate(mapping.expression, { claims }, 'uid claim expression');
  if (typeof uid === 'string') return { uid };
  throw new ClaimError('oidc: error evaluating uid claim expression: uid claim expression must return a string');
}

function readExtra(
  mappings: NonNullable<JwtIssuer['claimMappings']['extra']>,
  claims: JsonObject,
  expressions: ClaimExpressions,
): { readonly extra?: UserInfo['extra'] } {
  const extra: Record<string, readonly string[]> = {};
  const { jti } = claims;
  if (typeof jti === 'string' && jti !== '') extra['authentication.kubernetes.io/credential-id'] = [`JTI=${jti}`];
  for (const { key, valueExpression } of mappings) {
    const what = 'extra claim expression';
    const values = toTexts(expressions.evaluate(valueExpression, { claims }, what), `${what}: ${valueExpression}`);
    if (values.length > 0) extra[key] = values;
  }
  return Object.keys(extra).length === 0 ? {} : { extra };
}

function checkClaims(issuer: JwtIssuer, claims: JsonObject, expressions: ClaimExpressions): void {
  const rules = issuer.claimValidationRules ?? [];
  for (const { claim, requiredValue = '' } of rules) {
    if (!claim) continue;
    if (!Object.hasOwn(claims, claim)) throw new ClaimError(`oidc: required claim ${claim} not present in ID token`);
    const value = readText(claims, claim, `oidc: parse claim ${claim}`);
    if (value === requiredValue) continue;
    throw new ClaimError(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`);
  }
  for (const rule of rules) {
    if (rule.expression)
      checkRule(rule.expression, rule.message, { claims }, 'claim validation expression', expressions);
  }
}

function checkUser(issuer: JwtIssuer, user: UserInfo, expressions: ClaimExpressions): void {
  const { username, uid = '', groups, extra = {} } = user;
  const shown = { username, uid, groups: [...groups], extra: { ...extra } } as unknown as JsonObject;
  for (const { expression, message } of issuer.userValidationRules ?? []) {
    checkRule(expression, message, { user: shown }, 'user info validation rule', expressions);
  }
}

function checkRule(
  expression: string,
  message: string | undefined,
  variables: { readonly claims?: JsonObject; readonly user?: JsonObject },
  what: string,
  expressions: ClaimExpressions,
): void {
  if (expressions.evaluate(expression, variables, what) === true) return;
  const why = message ? `: ${message}` : '';
  throw new ClaimError(`oidc: error evaluating ${what}: validation expression '${expression}' failed${why}`);
}

function readText(claims: JsonObject, claim: string, head: string): string {
  if (!Object.hasOwn(claims, claim)) throw new ClaimError(`${head}: claim not present`);
  const value = claims[claim];
  if (typeof value === 'string') return value;
  throw new ClaimError(`${head}: ${wrongType(value, 'string')}`);
}

/** As Go's JSON decoder says it. */
function wrongType(value: unknown, wanted: string): string {
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${type} into Go value of type ${wanted}`;
}

/** A text or a list of them; empty ones count as absent. */
function toTexts(value: unknown, what: string): readonly string[] {
  const all = Array.isArray(value) ? value : value === null ? [] : [value];
  return all
    .map(text => {
      if (typeof text === 'string') return text;
      throw new ClaimError(`oidc: error evaluating ${what}: expression must return a string or a list of strings`);
    })
    .filter(text => text !== '');
}
