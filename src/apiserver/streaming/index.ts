/**
 * Sessions between a client and what runs on a node: exec, attach, port-forward, as byte streams. Knows neither
 * WebSocket nor SPDY (`drivers/http` maps both to these channels), nor how nodes are reached.
 *
 * Start reading at `run-session.ts`.
 */
export { describeOutcome } from './exit-status.ts';
export { type ForwardChannels, runPortForward } from './run-port-forward.ts';
export { runSession } from './run-session.ts';
export type { SessionChannels } from './session-channels.ts';
export { decodeAscii, encodeText, once } from './text-bytes.ts';
