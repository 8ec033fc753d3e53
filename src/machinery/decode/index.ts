/**
 * Bodies to values: JSON and YAML with the place of a syntax error, and duplicate fields. Does not know schemas;
 * unknown fields are the schema's to find.
 *
 * Start reading at `decode-json.ts`.
 */
export { decodeJson, findDuplicateFields } from './decode-json.ts';
export type { DecodedYaml } from './decode-yaml.ts';
export { type Decoded, locate } from './decoded.ts';
export { loadYamlDecoder } from './load-yaml-decoder.ts';
