import type { World } from '../../world/index.ts';
import type { OutboundCalls } from '../core-contract.ts';
import type { IndexedView } from '../object-view.ts';
import type { AuthenticationOptions } from './authentication-options.ts';
import { compileExpressions, JwtAuthenticator } from './oidc/index.ts';
import {
  BootstrapTokens,
  type NoteSecretUse,
  type TokenAuthenticator,
  type TokenSettings,
  TokenValidator,
} from './tokens/index.ts';
import { TokenWebhook } from './webhook/index.ts';

export interface TokenSources extends AuthenticationOptions {
  readonly world: World;
  readonly view: IndexedView;
  readonly tokens?: TokenSettings | undefined;
  /** How issuers and webhooks are reached; without it there are none. */
  readonly outbound?: OutboundCalls | undefined;
  readonly noteUse: NoteSecretUse;
}

/** Everybody who knows tokens, in Kubernetes' order, and the issuers among them, which have to be started. */
export function createTokenAuthenticators(sources: TokenSources): {
  readonly all: readonly TokenAuthenticator[];
  readonly issuers: readonly JwtAuthenticator[];
} {
  const { world, view, tokens, outbound, issuers, webhook, hasBootstrapTokens = true } = sources;
  const apiAudiences = tokens?.audiences ?? [];
  const jwt =
    issuers === undefined || outbound === undefined
      ? []
      : issuers.configurations.map(issuer => {
          const { algorithms, signatures } = issuers;
          const expressions = compileExpressions(issuer);
          return new JwtAuthenticator(issuer, { world, outbound, algorithms, signatures, apiAudiences, expressions });
        });
  return {
    all: [
      ...(tokens === undefined ? [] : [new TokenValidator(tokens, view, world.clock, sources.noteUse)]),
      ...(hasBootstrapTokens ? [new BootstrapTokens(view, world.clock, apiAudiences)] : []),
      ...jwt,
      ...(webhook === undefined || outbound === undefined
        ? []
        : [new TokenWebhook(webhook, { world, outbound, apiAudiences })]),
    ],
    issuers: jwt,
  };
}
