import type { APIService } from '../../api/generated/index.ts';
import { decodeBase64Text } from '../../machinery/protobuf/index.ts';
import type { ServiceReference } from '../proxy/index.ts';

/** A group and version that another server serves, as its APIService says. */
export interface RemoteApi {
  /** The APIService's: `v1alpha1.wardle.example.com`. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly service: ServiceReference;
  /** PEM. Absent: the authorities that the machine trusts. */
  readonly certificateAuthority?: string | undefined;
  readonly shouldSkipVerification: boolean;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** Whether the last check could reach it: the condition `Available`. */
  readonly isAvailable: boolean;
}

const defaultPort = 443;

/** Undefined for an APIService that this server serves itself. */
export function readRemoteApi({ metadata, spec, status }: APIService): RemoteApi | undefined {
  const { service } = spec;
  if (service === undefined) return undefined;
  return {
    name: metadata.name ?? '',
    group: spec.group ?? '',
    version: spec.version ?? '',
    service: { namespace: service.namespace ?? '', name: service.name ?? '', port: service.port ?? defaultPort },
    certificateAuthority: (spec.caBundle ?? '') === '' ? undefined : decodeBase64Text(spec.caBundle!),
    shouldSkipVerification: spec.insecureSkipTLSVerify === true,
    groupPriority: spec.groupPriorityMinimum,
    versionPriority: spec.versionPriority,
    isAvailable: status?.conditions?.some(({ type, status: is }) => type === 'Available' && is === 'True') === true,
  };
}

/** Where it says what it serves. */
export function rootOf({ group, version }: Pick<RemoteApi, 'group' | 'version'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}
