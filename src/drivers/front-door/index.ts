/**
 * The API server on the network: HTTP handler, OpenAPI, tokens and certificates joined to a control plane. Every face of
 * Sampan that real clients can reach opens it: a cluster makes a handler for doors of its own, tests open one whole.
 *
 * Start reading at `create-handler.ts`.
 */
export { createHandler, type HandlerOptions } from './create-handler.ts';
export { FrontDoor, type FrontDoorOptions } from './front-door.ts';
export { createTokenSettings } from './token-settings.ts';
