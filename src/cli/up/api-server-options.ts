import type { RequestLimits } from '../../apiserver/http/index.ts';
import type { AuditSettings } from '../../drivers/audit/index.ts';
import type { AccessWebhookSettings, AuthenticationSettings } from '../../drivers/authentication/index.ts';
import { parseGoDuration } from '../../machinery/index.ts';
import type { parseFlags } from '../parse-flags.ts';
import { authenticationFlags, readAuthenticationFlags } from './authentication-flags.ts';
import { authorizationFlags, readAuthorizationFlags } from './authorization-flags.ts';
import type { RefuseFlag } from './server-options.ts';

/** What the API server of a command takes, by the names of kube-apiserver's flags. */
export interface ApiServerOptions {
  readonly requestsInFlightMax: number;
  readonly limits: RequestLimits;
  readonly sendsRetryAfter: boolean;
  readonly audit: AuditSettings;
  readonly authentication: AuthenticationSettings;
  readonly accessWebhook?: AccessWebhookSettings | undefined;
  /** A file of `apiserver.config.k8s.io/v1`; without it values are on the disk in clear. */
  readonly encryption?: { readonly path: string; readonly isReloaded: boolean } | undefined;
}

/** For `parseFlags`. Their text is in `commands/server-flags.ts`. */
export const apiServerFlags = {
  'max-requests-inflight': { type: 'string', default: '400' },
  'max-mutating-requests-inflight': { type: 'string', default: '200' },
  'request-timeout': { type: 'string', default: '1m0s' },
  'min-request-timeout': { type: 'string', default: '1800' },
  'shutdown-send-retry-after': { type: 'boolean', default: false },
  'audit-policy-file': { type: 'string' },
  'audit-log-path': { type: 'string' },
  'audit-log-maxage': { type: 'string', default: '366' },
  'audit-log-maxbackup': { type: 'string', default: '100' },
  'audit-log-maxsize': { type: 'string', default: '100' },
  'audit-webhook-config-file': { type: 'string' },
  ...authenticationFlags,
  ...authorizationFlags,
  'encryption-provider-config': { type: 'string' },
  'encryption-provider-config-automatic-reload': { type: 'boolean', default: false },
} as const;

type ApiServerFlagValues = ReturnType<typeof parseFlags<typeof apiServerFlags>>['values'];

/** Refuses, and so throws, at the first value that is none. */
export function readApiServerFlags(values: ApiServerFlagValues, refuse: RefuseFlag): ApiServerOptions {
  const count = (flag: keyof typeof apiServerFlags): number => readCount(flag, String(values[flag]), refuse);
  const requestsInFlightMax = count('max-requests-inflight') + count('max-mutating-requests-inflight');
  if (requestsInFlightMax === 0) refuse('max-requests-inflight', 'more than 0', '0');
  const path = values['audit-log-path'];
  const encryption = values['encryption-provider-config'];
  return {
    requestsInFlightMax,
    limits: {
      timeoutMs: readTimeout(values['request-timeout'], refuse),
      watchSecondsMin: count('min-request-timeout'),
    },
    sendsRetryAfter: values['shutdown-send-retry-after'],
    authentication: readAuthenticationFlags(values, refuse),
    accessWebhook: readAuthorizationFlags(values, refuse),
    encryption:
      encryption === undefined
        ? undefined
        : { path: encryption, isReloaded: values['encryption-provider-config-automatic-reload'] },
    audit: {
      policyFile: values['audit-policy-file'],
      webhookConfigFile: values['audit-webhook-config-file'],
      log:
        path === undefined
          ? undefined
          : {
              path,
              maxAgeDays: count('audit-log-maxage'),
              maxBackups: count('audit-log-maxbackup'),
              maxSizeMegabytes: count('audit-log-maxsize'),
            },
    },
  };
}

function readCount(flag: string, text: string, refuse: RefuseFlag): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse(flag, 'a number from 0 on', text);
}

function readTimeout(text: string, refuse: RefuseFlag): number {
  const nanoseconds = parseGoDuration(text) ?? 0;
  return nanoseconds > 0 ? nanoseconds / 1e6 : refuse('request-timeout', 'a duration such as 1m0s', text);
}
