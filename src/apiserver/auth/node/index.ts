/**
 * What nodes may do: who a node is, what its pods have to do with other objects, and the authorizer that decides by
 * both. What a node may write of its objects is for the admission plugin NodeRestriction.
 *
 * Start reading at `node-authorizer.ts`.
 */
export { NodeAuthorizer } from './node-authorizer.ts';
export { nodeNameOf } from './node-identity.ts';
export { NodeRelations } from './node-relations.ts';
