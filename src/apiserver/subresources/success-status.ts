import type { KubeObject } from '../../machinery/index.ts';
import type { OtherResult } from '../core-contract.ts';

/** What a subresource that only does something is answered with. */
export function succeed(code: number): OtherResult {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code };
  return { kind: 'other', code, object: status as unknown as KubeObject };
}
