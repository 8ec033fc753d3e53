/**
 * What reaches into a pod from outside: logs, exec, attach, port-forward.
 */
export { findLogContainer } from './find-log-container.ts';
export {
  type KubeletRequest,
  type KubeletResponse,
  type LogRequest,
  NodeConnections,
  type StreamRequest,
} from './node-connections.ts';
