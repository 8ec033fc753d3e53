import type { AccessWebhookOptions } from '../../apiserver/auth/index.ts';
import { readWebhookTarget } from './read-webhook-target.ts';

/** As kube-apiserver's flags `--authorization-webhook-…` say it. */
export interface AccessWebhookSettings extends Omit<AccessWebhookOptions, 'target'> {
  readonly configFile: string;
}

/** Throws an `AuthenticationSettingsError` where the file is none. */
export async function openAccessWebhook({
  configFile,
  ...options
}: AccessWebhookSettings): Promise<AccessWebhookOptions> {
  return { ...options, target: await readWebhookTarget('--authorization-webhook-config-file', configFile) };
}
