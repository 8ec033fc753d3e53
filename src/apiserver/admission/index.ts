/**
 * Gates that objects pass before they are stored: upstream's admission plugins that are on by default, one file each,
 * in upstream's order. To add one, write its file and name it in `admission-plugins.ts`.
 *
 * Start reading at `admission-plugins.ts`, then `namespace-lifecycle.ts`; `AdmissionPlugin` itself is in `../core-contract.ts`.
 */
export { createAdmissionPlugins } from './admission-plugins.ts';
export { isResource } from './admitted-resource.ts';
export { createMutatingPolicies, createValidatingPolicies, PolicyMetrics } from './policies/index.ts';
export { createRegistrationCheck } from './registration/index.ts';
export { createResourceQuota } from './resource-quota.ts';
export {
  createMutatingWebhooks,
  createValidatingWebhooks,
  WebhookMetrics,
  type WebhookPluginOptions,
} from './webhooks/index.ts';
