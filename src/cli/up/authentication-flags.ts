import type { AuthenticationSettings, OidcSettings } from '../../drivers/authentication/index.ts';
import { parseGoDuration } from '../../machinery/index.ts';
import type { parseFlags } from '../parse-flags.ts';
import type { RefuseFlag } from './server-options.ts';

/** For `parseFlags`, by the names of kube-apiserver's flags. Their text is in `commands/server-flags.ts`. */
export const authenticationFlags = {
  'oidc-issuer-url': { type: 'string' },
  'oidc-client-id': { type: 'string' },
  'oidc-ca-file': { type: 'string' },
  'oidc-username-claim': { type: 'string' },
  'oidc-username-prefix': { type: 'string' },
  'oidc-groups-claim': { type: 'string' },
  'oidc-groups-prefix': { type: 'string' },
  'oidc-signing-algs': { type: 'string' },
  'oidc-required-claim': { type: 'string', multiple: true },
  'authentication-config': { type: 'string' },
  'authentication-token-webhook-config-file': { type: 'string' },
  'authentication-token-webhook-version': { type: 'string', default: 'v1beta1' },
  'authentication-token-webhook-cache-ttl': { type: 'string', default: '2m0s' },
  'enable-bootstrap-token-auth': { type: 'string', default: 'true' },
  'anonymous-auth': { type: 'string' },
} as const;

type Values = ReturnType<typeof parseFlags<typeof authenticationFlags>>['values'];

/** Refuses, and so throws, at the first value that is none. */
export function readAuthenticationFlags(values: Values, refuse: RefuseFlag): AuthenticationSettings {
  const oidc = readOidc(values, refuse);
  const configFile = values['authentication-config'];
  if (configFile !== undefined && oidc !== undefined) {
    refuse('authentication-config', 'no --oidc-… flags beside it', configFile);
  }
  const anonymous = values['anonymous-auth'];
  return {
    oidc,
    configFile,
    webhook: readWebhook(values, refuse),
    hasBootstrapTokens: readBoolean('enable-bootstrap-token-auth', values['enable-bootstrap-token-auth'], refuse),
    isAnonymousAllowed: anonymous === undefined ? undefined : readBoolean('anonymous-auth', anonymous, refuse),
  };
}

function readOidc(values: Values, refuse: RefuseFlag): OidcSettings | undefined {
  const given = Object.keys(values).find(
    flag => flag.startsWith('oidc-') && values[flag as keyof Values] !== undefined,
  );
  if (given === undefined) return undefined;
  const issuerUrl = values['oidc-issuer-url'] ?? '';
  const clientId = values['oidc-client-id'] ?? '';
  if (issuerUrl === '' || clientId === '') {
    refuse(given, '--oidc-issuer-url and --oidc-client-id together', String(values[given as keyof Values]));
  }
  return {
    issuerUrl,
    clientId,
    certificateAuthorityFile: values['oidc-ca-file'],
    usernameClaim: values['oidc-username-claim'],
    usernamePrefix: values['oidc-username-prefix'],
    groupsClaim: values['oidc-groups-claim'],
    groupsPrefix: values['oidc-groups-prefix'],
    signingAlgorithms: values['oidc-signing-algs']?.split(','),
    requiredClaims: readPairs(values['oidc-required-claim'] ?? [], refuse),
  };
}

function readPairs(texts: readonly string[], refuse: RefuseFlag): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map(text => {
      const at = text.indexOf('=');
      if (at < 1) refuse('oidc-required-claim', 'CLAIM=VALUE', text);
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    }),
  );
}

function readWebhook(values: Values, refuse: RefuseFlag): AuthenticationSettings['webhook'] {
  const configFile = values['authentication-token-webhook-config-file'];
  const version = values['authentication-token-webhook-version'];
  if (version !== 'v1' && version !== 'v1beta1') {
    return refuse('authentication-token-webhook-version', 'v1 or v1beta1', version);
  }
  const ttl = values['authentication-token-webhook-cache-ttl'];
  const nanoseconds = parseGoDuration(ttl);
  if (nanoseconds === undefined) return refuse('authentication-token-webhook-cache-ttl', 'a time such as 2m0s', ttl);
  return configFile === undefined ? undefined : { configFile, version, cacheMs: nanoseconds / 1e6 };
}

function readBoolean(flag: string, text: string, refuse: RefuseFlag): boolean {
  return text === 'true' || text === 'false' ? text === 'true' : refuse(flag, 'true or false', text);
}
