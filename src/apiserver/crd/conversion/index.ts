/**
 * Conversion webhooks: what a CRD's own server is asked, what it may answer, and how objects are kept in every version
 * that somebody has asked for. Knows how to talk of conversion, not how to reach anybody: `PostReview` is who does.
 *
 * Start reading at `version-conversion.ts`, then `webhook-converter.ts`.
 */
export { type ConverterSource, createConverterSource } from './converter-source.ts';
export { CustomVersions } from './custom-versions.ts';
export { VersionConversion } from './version-conversion.ts';
export { type PostReview, WebhookConverter } from './webhook-converter.ts';
