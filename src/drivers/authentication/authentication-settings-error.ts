/** Authentication cannot be set up as it is asked for; the message says by which file or value, and why. */
export class AuthenticationSettingsError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'AuthenticationSettingsError';
  }
}
