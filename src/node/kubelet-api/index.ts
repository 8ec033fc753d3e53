/**
 * What the kubelet's HTTP API offers, for who asks through `nodes/proxy`: health, pods, statistics, metrics, logs. In one
 * process with the API server there is no socket to ask; this is the handler behind it.
 *
 * Absent, because nobody measures them: volumes, swap, pressure stalls, system containers, the node's page faults;
 * `/metrics/probes`, `/metrics/slis`, `/checkpoint`, `/exec`, `/run`, `/attach`, `/portForward`, `/debug`.
 *
 * Start reading at `kubelet-api.ts`, then `stats-collector.ts`.
 */
export { KubeletApi } from './kubelet-api.ts';
export type { Summary } from './summary.ts';
