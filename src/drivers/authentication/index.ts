/**
 * Reads how people are to be let in: kube-apiserver's flags for OpenID Connect and webhooks, and the files that they
 * name. What is done with it is `apiserver/auth`'s.
 *
 * Start reading at `open-authentication.ts`.
 */
export { AuthenticationSettingsError } from './authentication-settings-error.ts';
export { type AuthenticationSettings, type OidcSettings, openAuthentication } from './open-authentication.ts';
