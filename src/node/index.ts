/**
 * The node agent, Sampan's kubelet: registers its machine as a Node, runs the pods that are bound to it through the
 * runtime port, and tells the API server what becomes of them. What to do is decided by pure functions (`decisions/`,
 * `status/`); `pods/` performs it.
 *
 * Owns the ports to the machine (`runtime/`), which `drivers/` implements. Start reading at `node-agent.ts`, then
 * `decisions/decide-pod.ts` and `pods/pod-worker.ts`.
 */
export { NodeConnections } from './connections/index.ts';
export { decidePod } from './decisions/index.ts';
export { NodeAgent } from './node-agent.ts';
export type { NodeAgentOptions } from './options.ts';
