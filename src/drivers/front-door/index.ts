/**
 * The API server on the network: HTTP handler, OpenAPI, tokens and certificates joined to a control plane. Every face of
 * Sampan that real clients can reach opens it.
 *
 * Start reading at `front-door.ts`.
 */
export { createTokenSettings, FrontDoor, type FrontDoorOptions, kubernetesVersion } from './front-door.ts';
