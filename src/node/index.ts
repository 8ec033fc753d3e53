/**
 * The node agent, Sampan's kubelet: registers its machine as a Node, runs the pods that are bound to it through the
 * runtime port, and tells the API server what becomes of them. What to do is decided by pure functions (`decisions/`,
 * `status/`); `pods/` performs it.
 *
 * Owns the ports to the machine (`runtime/`), which `drivers/` implements. Start reading at `decisions/decide-pod.ts`.
 */
export { decidePod } from './decisions/index.ts';
