/**
 * Reads how people are to be let in, and who else is asked what they may do: kube-apiserver's flags for OpenID Connect
 * and webhooks, and the files that they name. What is done with it is `apiserver/auth`'s.
 *
 * Absent: reading the AuthenticationConfiguration again when the file changes.
 *
 * Start reading at `open-authentication.ts`.
 */
export { AuthenticationSettingsError } from './authentication-settings-error.ts';
export { type AccessWebhookSettings, openAccessWebhook } from './open-access-webhook.ts';
export { type AuthenticationSettings, type OidcSettings, openAuthentication } from './open-authentication.ts';
