import { type FieldError, fieldError } from '../../../machinery/index.ts';
import type { ClaimExpressions } from './claim-expressions.ts';
import { noExpressions } from './claim-expressions.ts';
import { ClaimError } from './claim-mapping.ts';
import type { JwtIssuer } from './jwt-issuer.ts';

interface Use {
  readonly field: string;
  readonly expression: string;
  readonly variable: 'claims' | 'user';
  /** Types that it may give. */
  readonly wanted: readonly string[];
}

/** Every expression of an issuer's configuration, and what it is for. `at` is its path. */
function listUses(
  { claimMappings, claimValidationRules = [], userValidationRules = [] }: JwtIssuer,
  at: string,
): readonly Use[] {
  const { username, groups, uid, extra = [] } = claimMappings;
  const texts = ['string', 'list'];
  const uses: readonly Use[] = [
    ...claimValidationRules.map(({ expression = '' }, i): Use => {
      return { field: `${at}.claimValidationRules[${i}].expression`, expression, variable: 'claims', wanted: ['bool'] };
    }),
    {
      field: `${at}.claimMappings.username.expression`,
      expression: username.expression ?? '',
      variable: 'claims',
      wanted: ['string'],
    },
    {
      field: `${at}.claimMappings.groups.expression`,
      expression: groups?.expression ?? '',
      variable: 'claims',
      wanted: texts,
    },
    {
      field: `${at}.claimMappings.uid.expression`,
      expression: uid?.expression ?? '',
      variable: 'claims',
      wanted: ['string'],
    },
    ...extra.map(({ valueExpression }, i): Use => {
      const field = `${at}.claimMappings.extra[${i}].valueExpression`;
      return { field, expression: valueExpression, variable: 'claims', wanted: texts };
    }),
    ...userValidationRules.map(({ expression }, i): Use => {
      return { field: `${at}.userValidationRules[${i}].expression`, expression, variable: 'user', wanted: ['bool'] };
    }),
  ];
  return uses.filter(({ expression }) => expression !== '');
}

/** What is wrong with the expressions of a configuration. CEL is loaded only where there are any. */
export async function checkExpressions(issuers: readonly JwtIssuer[]): Promise<readonly FieldError[]> {
  const uses = issuers.flatMap((issuer, i) => listUses(issuer, `jwt[${i}]`));
  if (uses.length === 0) return [];
  const { ClaimPrograms } = await import('../../../machinery/cel/index.ts');
  const programs = new ClaimPrograms();
  const errors = uses.flatMap(({ field, expression, variable, wanted }) => {
    const problem = programs.check(expression, variable, wanted);
    return problem === undefined ? [] : [fieldError.invalid(field, expression, problem)];
  });
  return [...errors, ...issuers.flatMap((issuer, i) => checkEmail(issuer, `jwt[${i}]`))];
}

/** Kubernetes: an address that nobody has verified is no name to trust. */
function checkEmail({ claimMappings, claimValidationRules = [] }: JwtIssuer, at: string): readonly FieldError[] {
  const { username, extra = [] } = claimMappings;
  const expression = username.expression ?? '';
  if (!/\bclaims\s*\.\s*\??\s*email\b/.test(expression)) return [];
  const others = [
    expression,
    ...extra.map(e => e.valueExpression),
    ...claimValidationRules.map(r => r.expression ?? ''),
  ];
  if (others.some(text => /\bclaims\s*\.\s*\??\s*email_verified\b/.test(text))) return [];
  const why =
    'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';
  return [fieldError.invalid(`${at}.claimMappings.username.expression`, expression, why)];
}

/** How to evaluate an issuer's expressions, compiled when the first token comes. */
export function compileExpressions(issuer: JwtIssuer): () => Promise<ClaimExpressions> {
  if (listUses(issuer, '').length === 0) return async () => noExpressions;
  let compiled: Promise<ClaimExpressions> | undefined;
  return () => {
    compiled ??= loadExpressions();
    return compiled;
  };
}

async function loadExpressions(): Promise<ClaimExpressions> {
  const { ClaimPrograms } = await import('../../../machinery/cel/index.ts');
  const programs = new ClaimPrograms();
  return {
    evaluate(expression, { claims, user }, what) {
      try {
        return user === undefined ? programs.run(expression, 'claims', claims) : programs.run(expression, 'user', user);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new ClaimError(`oidc: error evaluating ${what}: ${text}`);
      }
    },
  };
}
