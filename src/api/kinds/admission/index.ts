/**
 * The kinds that configure admission: webhooks and policies. Their expressions are compiled where they are written to the
 * server (`apiserver/admission`), because CEL is not loaded before it is needed.
 *
 * Start reading at `webhook-kinds.ts`, then `validate-webhooks.ts`.
 */
export {
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
} from './policy-kinds.ts';
export { validateWebhookService, validateWebhookUrl } from './validate-client-config.ts';
export { mutatingWebhookConfiguration, validatingWebhookConfiguration } from './webhook-kinds.ts';
