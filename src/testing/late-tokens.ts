import { generateKeyPairSync } from 'node:crypto';
import { defaultIssuer, type TokenSettings, type TokenSigner } from '../apiserver/auth/index.ts';

/** ServiceAccount tokens whose key is made when the first one is asked for, or given when the cluster is served. */
export class LateTokens {
  readonly settings: TokenSettings;
  #signer: Promise<TokenSigner> | undefined;

  constructor() {
    this.settings = {
      issuer: defaultIssuer,
      audiences: [defaultIssuer],
      signer: {
        algorithm: 'ES256',
        sign: async claims => (await this.#getSigner()).sign(claims),
        signLegacy: async claims => (await this.#getSigner()).signLegacy(claims),
        verify: async token => (await this.#getSigner()).verify(token),
        verifyLegacy: async token => (await this.#getSigner()).verifyLegacy(token),
        keySet: async () => (await this.#getSigner()).keySet(),
      },
    };
  }

  /** Takes the key (PEM), unless tokens have been signed already. */
  async use(privateKey: string): Promise<TokenSettings> {
    this.#signer ??= loadSigner(privateKey);
    await this.#signer;
    return this.settings;
  }

  #getSigner(): Promise<TokenSigner> {
    this.#signer ??= loadSigner(generateKey());
    return this.#signer;
  }
}

function generateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

async function loadSigner(privateKey: string): Promise<TokenSigner> {
  const { createJoseTokenSigner } = await import('../drivers/tokens/index.ts');
  return createJoseTokenSigner(privateKey);
}
