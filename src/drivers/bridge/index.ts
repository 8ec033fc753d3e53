/**
 * The bridge that a node's pods hang on, made through `ip` before the first pod needs it. Addresses and routes of pods
 * are the CNI plugins' work.
 */
export { gatewayOf, type HostBridge, prepareBridge, removeBridge } from './host-bridge.ts';
