/**
 * Descriptions of kinds and fields for OpenAPI and `kubectl explain`, out of an npm package: Sampan holds none itself.
 */
export { PackageDescriptions } from './package-descriptions.ts';
