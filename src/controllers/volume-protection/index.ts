/**
 * What keeps volumes and claims that are deleted until nobody uses them: the finalizers that admission gives them
 * (`StorageObjectInUseProtection`), taken away in time. Owns nothing of binding or provisioning.
 */
export { attributesProtectionController } from './attributes-protection.ts';
export { claimProtectionController } from './claim-protection.ts';
export { volumeProtectionController } from './volume-protection.ts';
