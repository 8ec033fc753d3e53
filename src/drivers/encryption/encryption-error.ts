/** A configuration of encryption that cannot be used; the message says what is wrong with it. */
export class EncryptionConfigurationError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'EncryptionConfigurationError';
  }
}
