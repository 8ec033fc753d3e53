/**
 * What the server checks of webhook configurations, policies and bindings when they are written, beyond what the kinds
 * themselves can: that expressions compile, and that nobody lets a policy read parameters that they may not read.
 * Kubernetes: parts of the strategies in pkg/registry/admissionregistration.
 *
 * Start reading at `registration-check.ts`.
 */
export { createRegistrationCheck } from './registration-check.ts';
