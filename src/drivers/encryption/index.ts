/**
 * Encryption at rest: what stands between values and the disk. Configured by upstream's EncryptionConfiguration, with its
 * providers and prefixes; each resource's first key writes, all of its keys read.
 *
 * Owns no file but the configuration's: `drivers/sqlite` hands it what goes to the disk and what comes from there.
 *
 * What history a key has sealed needs that key until it is compacted, some ten minutes after the rotation: a start without
 * it refuses, and says so.
 *
 * Absent: KMS providers.
 *
 * Start reading at `value-encryption.ts`, then `sealer.ts`.
 */

export { parseEncryptionConfiguration } from './encryption-configuration.ts';
export { EncryptionConfigurationError } from './encryption-error.ts';
export { OpenEncryption, type OpenEncryptionOptions } from './open-encryption.ts';
export { ValueEncryption } from './value-encryption.ts';
