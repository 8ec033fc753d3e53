import { readFileSync } from 'node:fs';

/** PEM, as kubeconfigs carry them inline. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export function readCredentials(kubeconfig: string): Credentials {
  const text = readFileSync(kubeconfig, 'utf8');
  const read = (field: string): string => {
    const value = new RegExp(`${field}: *"?([A-Za-z0-9+/=]+)`).exec(text)?.[1];
    if (value === undefined) throw new Error(`${kubeconfig} has no ${field}`);
    return Buffer.from(value, 'base64').toString();
  };
  return {
    ca: read('certificate-authority-data'),
    cert: read('client-certificate-data'),
    key: read('client-key-data'),
  };
}
