/** SHA-256, where Kubernetes makes names with it. Start reading at `sha-256.ts`. */
export { sha256 } from './sha-256.ts';
