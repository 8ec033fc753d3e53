/**
 * What is done for each verb, from an authorized request to its result: reading bodies, admission, preparation,
 * validation, and the writes themselves with their retries. Knows kinds only by their rules.
 *
 * Start reading at `perform.ts`, then `create.ts` and `change.ts` (update, patch, apply and status are changes).
 */
export { attributesOf, authorize, authorizeAttributes, prepareRequest } from './authorize.ts';
export { admitConnection } from './connect.ts';
export { performRequest } from './perform.ts';
export { watchObjects } from './watch.ts';
