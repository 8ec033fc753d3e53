/**
 * Plain JSON values: equality, guards and the ways in which Go prints them. Owns nothing of Kubernetes' own.
 */
export { isDeepEqual, isSemanticallyEqual } from './deep-equal.ts';
export { formatGoStrings, formatGoValue, goTypeOf, quoteGo } from './go-format.ts';
export { asList, compareText, isJsonObject, type JsonObject, utf8Length } from './json-value.ts';
export { ownField, setField } from './own-field.ts';
