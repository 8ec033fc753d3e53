import type { WebhookTarget } from '../../apiserver/auth/index.ts';
import { readKubeconfig } from '../tls/index.ts';
import { AuthenticationSettingsError } from './authentication-settings-error.ts';

/** Where a webhook is, out of the kubeconfig that a flag names. */
export async function readWebhookTarget(flag: string, configFile: string): Promise<WebhookTarget> {
  try {
    const { server, certificateAuthority, skipsTlsVerification, clientCertificate, clientKey, token } =
      await readKubeconfig(configFile);
    const hasCertificate = clientCertificate !== undefined && clientKey !== undefined;
    return {
      url: server,
      certificateAuthority,
      shouldSkipVerification: skipsTlsVerification,
      clientCertificate: hasCertificate ? { certificate: clientCertificate, key: clientKey } : undefined,
      token,
    };
  } catch (error) {
    throw new AuthenticationSettingsError(`${flag}: ${(error as Error).message}`, { cause: error });
  }
}
