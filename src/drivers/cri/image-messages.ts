import { bool, field, integer, message, repeated, string, unsigned } from '../grpc/index.ts';
import { imageSpec } from './container-messages.ts';

/** CRI v1 (k8s.io/cri-api v0.36): images. Field numbers are the contract. */

export const image = message({
  id: field(1, string),
  repoTags: repeated(2, string),
  repoDigests: repeated(3, string),
  size: field(4, unsigned),
  uid: field(5, message({ value: field(1, integer) })),
  username: field(6, string),
  spec: field(7, imageSpec),
  pinned: field(8, bool),
});
export const authConfig = message({
  username: field(1, string),
  password: field(2, string),
  auth: field(3, string),
  serverAddress: field(4, string),
  identityToken: field(5, string),
  registryToken: field(6, string),
});
