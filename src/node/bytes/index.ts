/**
 * Text and bytes without the platform: base64 of Secrets, UTF-8 of logs and environment.
 */
export { decodeBase64 } from './base64.ts';
export { decodeUtf8, encodeUtf8 } from './utf8.ts';
