/** What the server itself has to see to in requests for certificates. Signing them is a controller's work. */
export { createSignatureCheck } from './signature-check.ts';
