/**
 * exec, attach and port-forward over the SPDY connection that a runtime's streaming server wants.
 *
 * Start reading at `exec-session.ts`.
 */
export { openExecSession } from './exec-session.ts';
export { openPortForward, type PortForwardStream } from './port-forward.ts';
export { connectingAsRuntimeError } from './streaming-failure.ts';
