import { readFile } from 'node:fs/promises';
import {
  type AuditBackend,
  AuditLog,
  AuditPolicyError,
  AuditWebhook,
  parseAuditPolicy,
} from '../../apiserver/audit/index.ts';
import type { OutboundCalls } from '../../apiserver/index.ts';
import type { World } from '../../world/index.ts';
import { readKubeconfig } from '../tls/index.ts';
import { AuditLogFile, type AuditLogFileOptions } from './audit-log-file.ts';

export interface AuditSettings {
  /** A policy of `audit.k8s.io/v1`; without it nothing is told. */
  readonly policyFile?: string | undefined;
  readonly log?: Omit<AuditLogFileOptions, 'onLoss'> | undefined;
  /** A kubeconfig whose cluster is where events are posted to. */
  readonly webhookConfigFile?: string | undefined;
}

/** Auditing cannot be set up as it is asked for; the message names the file and what is wrong with it. */
export class AuditSettingsError extends Error {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'AuditSettingsError';
  }
}

/**
 * The audit log that the settings ask for; undefined where they ask for none. Throws an `AuditSettingsError` rather than
 * let a server run that tells less than its administrator believes.
 */
export async function openAuditLog(
  settings: AuditSettings,
  { clock, log }: World,
  calls: OutboundCalls,
): Promise<AuditLog | undefined> {
  const { policyFile, log: file, webhookConfigFile } = settings;
  if (policyFile === undefined) return undefined;
  const policy = await readPolicy(policyFile);
  const speaker = log.child('audit');
  let opened: AuditLog | undefined;
  const onLoss = (backend: string, error: unknown, count: number): void => opened?.noteLoss(backend, error, count);
  const backends: AuditBackend[] = [];
  if (file !== undefined) backends.push(openFile({ ...file, onLoss }));
  if (webhookConfigFile !== undefined) {
    const target = await readTarget(webhookConfigFile);
    backends.push(new AuditWebhook({ calls, target, clock, onLoss }));
  }
  opened = new AuditLog({
    policy,
    backends,
    now: () => clock.now(),
    onLoss: (backend, error, count) => speaker.error('audit events were lost', { backend, count, error }),
  });
  return opened;
}

async function readPolicy(path: string): ReturnType<typeof parseAuditPolicy> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = (error as Error).message;
    throw new AuditSettingsError(`loading audit policy file: failed to read file path "${path}": ${why}`, {
      cause: error,
    });
  }
  try {
    return await parseAuditPolicy(text);
  } catch (error) {
    if (!(error instanceof AuditPolicyError)) throw error;
    throw new AuditSettingsError(`loading audit policy file: ${error.message}: from file ${path}`, { cause: error });
  }
}

function openFile(options: AuditLogFileOptions): AuditLogFile {
  try {
    return new AuditLogFile(options);
  } catch (error) {
    const why = (error as Error).message;
    throw new AuditSettingsError(`ensureLogFile: cannot write audit events to "${options.path}": ${why}`, {
      cause: error,
    });
  }
}

async function readTarget(path: string): Promise<AuditTarget> {
  try {
    const { server, certificateAuthority, skipsTlsVerification, clientCertificate, clientKey, token } =
      await readKubeconfig(path);
    return {
      url: server,
      certificateAuthority,
      shouldSkipVerification: skipsTlsVerification,
      clientCertificate:
        clientCertificate === undefined || clientKey === undefined
          ? undefined
          : { certificate: clientCertificate, key: clientKey },
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    };
  } catch (error) {
    const why = (error as Error).message;
    throw new AuditSettingsError(`initializing audit webhook: reading ${path}: ${why}`, { cause: error });
  }
}

type AuditTarget = ConstructorParameters<typeof AuditWebhook>[0]['target'];
