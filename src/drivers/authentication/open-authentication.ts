import { readFile } from 'node:fs/promises';
import {
  type AnonymousAccess,
  type AuthenticationOptions,
  checkExpressions,
  defaultIssuer,
  type JwtIssuer,
  signingAlgorithms,
  type TokenWebhookOptions,
  validateIssuers,
} from '../../apiserver/auth/index.ts';
import { type FieldError, formatFieldErrors } from '../../machinery/index.ts';
import { jwtSignatures } from '../tokens/index.ts';
import { AuthenticationSettingsError } from './authentication-settings-error.ts';
import { parseAuthenticationConfiguration } from './parse-configuration.ts';
import { readWebhookTarget } from './read-webhook-target.ts';

/** As kube-apiserver's flags say it. */
export interface AuthenticationSettings {
  /** `--oidc-…` */
  readonly oidc?: OidcSettings | undefined;
  /** `--authentication-config` */
  readonly configFile?: string | undefined;
  readonly webhook?:
    | { readonly configFile: string; readonly version: TokenWebhookOptions['version']; readonly cacheMs: number }
    | undefined;
  readonly hasBootstrapTokens?: boolean | undefined;
  readonly isAnonymousAllowed?: boolean | undefined;
}

export interface OidcSettings {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly certificateAuthorityFile?: string | undefined;
  /** Default `sub`. */
  readonly usernameClaim?: string | undefined;
  readonly usernamePrefix?: string | undefined;
  readonly groupsClaim?: string | undefined;
  readonly groupsPrefix?: string | undefined;
  /** Default RS256. */
  readonly signingAlgorithms?: readonly string[] | undefined;
  readonly requiredClaims?: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads the files that the settings name and checks what they say. Throws an `AuthenticationSettingsError` rather than
 * let a server run that lets other people in than its administrator believes.
 */
export async function openAuthentication(settings: AuthenticationSettings): Promise<AuthenticationOptions> {
  const { oidc, configFile, webhook, hasBootstrapTokens, isAnonymousAllowed } = settings;
  const configured = configFile === undefined ? undefined : await readConfiguration(configFile);
  const configurations = configured?.jwt ?? (oidc === undefined ? [] : [await toIssuer(oidc)]);
  const algorithms = configured === undefined ? (oidc?.signingAlgorithms ?? ['RS256']) : signingAlgorithms;
  for (const algorithm of algorithms) {
    if (signingAlgorithms.includes(algorithm)) continue;
    throw new AuthenticationSettingsError(`oidc: unsupported signing alg: ${JSON.stringify(algorithm)}`);
  }
  await checkIssuers(configurations);
  return {
    issuers: configurations.length === 0 ? undefined : { configurations, algorithms, signatures: jwtSignatures },
    webhook: webhook === undefined ? undefined : await openTokenWebhook(webhook),
    hasBootstrapTokens,
    anonymous: chooseAnonymous(configured?.anonymous, isAnonymousAllowed),
  };
}

async function checkIssuers(configurations: readonly JwtIssuer[]): Promise<void> {
  refuse(validateIssuers(configurations, [defaultIssuer]));
  refuse(await checkExpressions(configurations));
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw new AuthenticationSettingsError(`invalid authentication configuration: ${formatFieldErrors(errors)}`);
}

function chooseAnonymous(
  configured: AnonymousAccess | undefined,
  isAllowed: boolean | undefined,
): AnonymousAccess | undefined {
  if (configured !== undefined && isAllowed !== undefined) {
    throw new AuthenticationSettingsError(
      'anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file',
    );
  }
  if (configured !== undefined && !configured.enabled && (configured.conditions?.length ?? 0) > 0) {
    const why = 'enabled should be set to true when conditions are defined';
    const value = JSON.stringify(configured.conditions);
    throw new AuthenticationSettingsError(
      `invalid authentication configuration: anonymous.conditions: Invalid value: ${value}: ${why}`,
    );
  }
  return configured ?? (isAllowed === undefined ? undefined : { enabled: isAllowed });
}

/** Kubernetes: what the flags `--oidc-…` stand for. */
async function toIssuer(oidc: OidcSettings): Promise<JwtIssuer> {
  const { issuerUrl, clientId, usernameClaim = 'sub', usernamePrefix = '', groupsClaim = '', groupsPrefix = '' } = oidc;
  const file = oidc.certificateAuthorityFile;
  // Names of issuers must not meet by chance; addresses are taken to be unique.
  const prefix = usernamePrefix === '' && usernameClaim !== 'email' ? `${issuerUrl}#` : usernamePrefix;
  return {
    issuer: {
      url: issuerUrl,
      audiences: [clientId],
      ...(file === undefined ? {} : { certificateAuthority: await readText(file) }),
    },
    claimMappings: {
      username: { claim: usernameClaim, prefix: usernamePrefix === '-' ? '' : prefix },
      ...(groupsClaim === '' ? {} : { groups: { claim: groupsClaim, prefix: groupsPrefix } }),
    },
    claimValidationRules: Object.entries(oidc.requiredClaims ?? {}).map(([claim, requiredValue]) => {
      return { claim, requiredValue };
    }),
  };
}

async function readConfiguration(path: string): ReturnType<typeof parseAuthenticationConfiguration> {
  try {
    return await parseAuthenticationConfiguration(await readText(path));
  } catch (error) {
    const why = (error as Error).message;
    const what = `failed to load authentication configuration from file ${JSON.stringify(path)}: ${why}`;
    throw new AuthenticationSettingsError(what, { cause: error });
  }
}

async function openTokenWebhook({
  configFile,
  version,
  cacheMs,
}: NonNullable<AuthenticationSettings['webhook']>): Promise<TokenWebhookOptions> {
  const target = await readWebhookTarget('--authentication-token-webhook-config-file', configFile);
  return { target, version, cacheMs };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new AuthenticationSettingsError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}
