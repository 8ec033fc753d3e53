/**
 * Deployments: which ReplicaSet has the current template, how many pods each should have now, and what the status says.
 *
 * Start reading at `deployment.ts`; the arithmetic is in `replica-math.ts`.
 */
export { deploymentController } from './deployment.ts';
