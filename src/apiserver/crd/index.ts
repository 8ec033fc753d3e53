/**
 * CustomResourceDefinitions: what they may say, how they get their names, how what they define is served, and how it ends
 * with its objects. A custom kind is a `KindDefinition` like any other.
 *
 * Start reading at `define-custom-kind.ts`, then `crd-publisher.ts`.
 */
export { crdHooks } from './crd-hooks.ts';
export { CrdPublisher } from './crd-publisher.ts';
export { defineCustomKind } from './define-custom-kind.ts';
export { findByPath, type JsonPath, parseJsonPath } from './json-path.ts';
export { LazyExpressions } from './lazy-expressions.ts';
export { withCrdRules } from './with-crd-rules.ts';
