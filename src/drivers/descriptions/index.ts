/**
 * Descriptions of kinds and fields for OpenAPI and `kubectl explain`. They are upstream's own words, so the repository
 * holds none of them: they come out of an npm package, and the build packs them for who installs Sampan.
 *
 * Start reading at `open-descriptions.ts`.
 */
export { openDescriptions, packedName } from './open-descriptions.ts';
export { PackageDescriptions } from './package-descriptions.ts';
export { PackedDescriptions, packDescriptions } from './packed-descriptions.ts';
