/**
 * The watch cache: the current version of every object in memory, fed by one watch of the store, and everything that
 * reads are answered from: indexes, consistent lists and their continue tokens, past events for watches, bookmarks.
 *
 * Start reading at `watch-cache.ts`, then `resource-cache.ts`.
 */
export { Base64UrlError, decodeBase64Url, encodeBase64Url } from './base64-url.ts';
export { type ContinueToken, decodeContinue, encodeContinue } from './continue-token.ts';
export { WatchCache, type WatchCacheOptions } from './watch-cache.ts';
