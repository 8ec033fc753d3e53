/** What the Secrets of bootstrap tokens say. Pure; authentication and two controllers go by it. */
export {
  bootstrapExpiryMs,
  bootstrapNamespace,
  bootstrapSecretName,
  isBootstrapSecret,
  readBootstrapData,
} from './bootstrap-secret.ts';
