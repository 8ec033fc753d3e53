import type { AccessWebhookSettings } from '../../drivers/authentication/index.ts';
import { parseGoDuration } from '../../machinery/index.ts';
import type { parseFlags } from '../parse-flags.ts';
import type { RefuseFlag } from './server-options.ts';

/** For `parseFlags`, by the names of kube-apiserver's flags. Their text is in `commands/server-flags.ts`. */
export const authorizationFlags = {
  'authorization-webhook-config-file': { type: 'string' },
  'authorization-webhook-version': { type: 'string', default: 'v1beta1' },
  'authorization-webhook-cache-authorized-ttl': { type: 'string', default: '5m0s' },
  'authorization-webhook-cache-unauthorized-ttl': { type: 'string', default: '30s' },
} as const;

type Values = ReturnType<typeof parseFlags<typeof authorizationFlags>>['values'];

/** Undefined where nobody is to be asked. Refuses, and so throws, at the first value that is none. */
export function readAuthorizationFlags(values: Values, refuse: RefuseFlag): AccessWebhookSettings | undefined {
  const configFile = values['authorization-webhook-config-file'];
  const version = values['authorization-webhook-version'];
  if (version !== 'v1' && version !== 'v1beta1') {
    return refuse('authorization-webhook-version', 'v1 or v1beta1', version);
  }
  const authorizedMs = readMilliseconds('authorization-webhook-cache-authorized-ttl', values, refuse);
  const unauthorizedMs = readMilliseconds('authorization-webhook-cache-unauthorized-ttl', values, refuse);
  return configFile === undefined ? undefined : { configFile, version, authorizedMs, unauthorizedMs };
}

function readMilliseconds(
  flag: 'authorization-webhook-cache-authorized-ttl' | 'authorization-webhook-cache-unauthorized-ttl',
  values: Values,
  refuse: RefuseFlag,
): number {
  const nanoseconds = parseGoDuration(values[flag]);
  return nanoseconds === undefined ? refuse(flag, 'a time such as 30s', values[flag]) : nanoseconds / 1e6;
}
