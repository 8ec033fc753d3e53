import type { ResourceType } from '../../machinery/index.ts';
import { encodeBase64 } from '../../machinery/protobuf/index.ts';
import { sha256 } from '../../machinery/sha256/index.ts';

const hashBytes = 8;

/** Kubernetes: `StorageVersionHash`: by it clients see that a resource is stored in another version than before. */
export function storageVersionHash({ group, version, kind }: ResourceType): string {
  const text = `${group}/${version}/${kind}`;
  const bytes = Uint8Array.from(text, character => character.charCodeAt(0));
  return encodeBase64(sha256(bytes).subarray(0, hashBytes));
}
