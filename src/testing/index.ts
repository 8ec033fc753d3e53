/**
 * A whole cluster inside a test: control plane and simulated nodes in this process, in virtual time or real time, no
 * Docker, no binaries. Public as `sampan/testing`.
 *
 * Start reading at `create-cluster.ts`.
 */
import * as resources from '../api/generated/resource-types.ts';

export { Client, type ObjectList, type ObjectRef, type WatchEvent } from '../client/index.ts';
export { type KubeObject, type ResourceType, StatusError } from '../machinery/index.ts';
export { podAnnotations } from '../simnodes/index.ts';
export { createCluster } from './create-cluster.ts';
export type { ServedCluster, TestCluster, TestClusterOptions } from './test-cluster.ts';
/** Every kind by its plural: `resources.pods`, `resources.deployments`. */
export { resources };
