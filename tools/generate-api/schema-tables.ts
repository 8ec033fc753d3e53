import { placeDefinition } from './definition-name.ts';
import type { GoField, GoStructs } from './go-structs.ts';
import { banner, referenceOf } from './interfaces.ts';
import type { OpenApiNode } from './upstream.ts';

/**
 * Definitions written as one letter: scalars with rules of their own and free-form values.
 * `src/machinery/schema/schema-table.ts` reads what this file writes and documents the form.
 */
const letters: ReadonlyMap<string, string> = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', 'q'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Time', 't'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', 'm'],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'o'],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', 'r'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1', 'f'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Patch', 'p'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', 'j'],
]);

/**
 * Unions of a schema and something else, which OpenAPI leaves untyped: what each may be, in the table's type letters.
 * Kubernetes: their UnmarshalJSON in apiextensions.
 */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  JSONSchemaPropsOrArray: ['JSONSchemaProps', '[JSONSchemaProps'],
  JSONSchemaPropsOrBool: ['JSONSchemaProps', 'b'],
  JSONSchemaPropsOrStringArray: ['JSONSchemaProps', '[s'],
};

export function isFreeForm(node: OpenApiNode): boolean {
  return node.type === undefined;
}

const scalarLetters: Readonly<Record<string, string>> = {
  string: 's',
  'string/byte': 'y',
  'string/date-time': 't',
  'integer/int32': 'i',
  'integer/int64': 'l',
  'number/double': 'n',
  boolean: 'b',
};

function writeType(module: string, node: OpenApiNode): string {
  const reference = referenceOf(node);
  if (reference !== undefined) {
    const place = placeDefinition(reference);
    return letters.get(reference) ?? (place.module === module ? place.name : `${place.module}/${place.name}`);
  }
  if (node.type === 'array') return `[${writeType(module, node.items!)}`;
  if (node.type === 'object') return `{${writeType(module, node.additionalProperties!)}`;
  const letter = scalarLetters[node.format === undefined ? node.type! : `${node.type}/${node.format}`];
  if (letter === undefined) throw new Error(`no letter for ${node.type}/${node.format}`);
  return letter;
}

/** Kubernetes: OpenAPI publishes Go's zero value as the default of a value that is always written. */
function isZeroDefault(node: OpenApiNode): boolean {
  const zero = node.type === 'string' ? '""' : node.type === 'boolean' ? 'false' : node.type === 'integer' ? '0' : '{}';
  return JSON.stringify(node.default) === zero;
}

function writePresence(field: GoField | undefined, node: OpenApiNode): string {
  if (field === undefined) return '';
  if (field.isPointer) return '*';
  const isStruct = referenceOf(node) !== undefined;
  return (isStruct ? field.omitsZero : field.omitsEmpty || field.omitsZero) ? '~' : '';
}

function writeField(
  module: string,
  owner: OpenApiNode,
  [name, node]: readonly [string, OpenApiNode],
  field: GoField | undefined,
  structs: GoStructs,
): string {
  const attributes: string[] = [];
  if (field !== undefined && field.number > 0) attributes.push([...field.parents, field.number].join('.'));
  if (field !== undefined && field.number > 0 && field.protobufName !== name) attributes.push(`N${field.protobufName}`);
  const listType = node['x-kubernetes-list-type'];
  const keys = node['x-kubernetes-list-map-keys'];
  if (listType !== undefined) attributes.push(`L${listType}${keys === undefined ? '' : `:${keys.join(',')}`}`);
  const strategy = node['x-kubernetes-patch-strategy'];
  const mergeKey = node['x-kubernetes-patch-merge-key'];
  if (strategy !== undefined) attributes.push(`P${strategy}${mergeKey === undefined ? '' : `:${mergeKey}`}`);
  if (node['x-kubernetes-map-type'] !== undefined) attributes.push(`M${node['x-kubernetes-map-type']}`);
  if (node.default !== undefined && isZeroDefault(node)) attributes.push('z');
  else if (node.default !== undefined) attributes.push(`D${JSON.stringify(node.default)}`);
  const values = field === undefined ? undefined : structs.enumOf(field);
  if (values !== undefined && values.length > 0) attributes.push(`E${values.join('|')}`);
  const required = owner.required?.includes(name) === true ? '!' : '';
  const text = [`${name}${required}${writePresence(field, node)}=${writeType(module, node)}`, ...attributes].join(';');
  if (/[\t\n`\\]/.test(text)) throw new Error(`a separator stands in ${text}`);
  return text;
}

/** Definition's flags: `:k` a kind, `:a`/`:g` map type, `:u` unions. */
function writeFlags(node: OpenApiNode): readonly string[] {
  const flags: string[] = [];
  if (node['x-kubernetes-group-version-kind'] !== undefined) flags.push(':k');
  if (node['x-kubernetes-map-type'] !== undefined) flags.push(`:${node['x-kubernetes-map-type'].charAt(0)}`);
  if (node['x-kubernetes-unions'] !== undefined) flags.push(`:u${JSON.stringify(node['x-kubernetes-unions'])}`);
  return flags;
}

function writeDefinition(definition: string, node: OpenApiNode, structs: GoStructs): string {
  const place = placeDefinition(definition);
  const dot = definition.lastIndexOf('.');
  const fields = structs.fieldsOf(definition.slice(0, dot), definition.slice(dot + 1));
  if (fields === undefined) throw new Error(`no Go struct for ${definition}`);
  const entries = Object.entries(node.properties ?? {});
  const missing = entries.filter(([name]) => !fields.has(name)).map(([name]) => name);
  if (missing.length > 0) throw new Error(`${definition}: Go has no ${missing.join(', ')}`);
  if (isFreeForm(node)) return [place.name, ':x', ...(alternatives[place.name] ?? [])].join('\t');
  const tokens = entries.map(entry => writeField(place.module, node, entry, fields.get(entry[0]), structs));
  return [place.name, ...writeFlags(node), ...tokens].join('\t');
}

/** The text of `schema-tables.ts`: for each module its definitions, one a line. */
export function writeSchemaTables(definitions: ReadonlyMap<string, OpenApiNode>, structs: GoStructs): string {
  const modules = new Map<string, { prefix: string; lines: string[] }>();
  for (const [definition, node] of definitions) {
    if (letters.has(definition) || definition === 'io.k8s.apimachinery.pkg.version.Info') continue;
    const { module } = placeDefinition(definition);
    const prefix = definition.slice(0, definition.lastIndexOf('.'));
    const entry = modules.get(module) ?? { prefix, lines: [] };
    if (entry.prefix !== prefix) throw new Error(`${module} holds ${prefix} and ${entry.prefix}`);
    entry.lines.push(writeDefinition(definition, node, structs));
    modules.set(module, entry);
  }
  const tables = [...modules].map(
    ([module, { prefix, lines }]) =>
      `  '${module}': {\n    prefix: '${prefix}',\n    text: \`${lines.join('\n')}\`,\n  },\n`,
  );
  return `${banner}import type { SchemaTableText } from '../../machinery/index.ts';\n\nexport const schemaTables: Readonly<Record<string, SchemaTableText>> = {\n${tables.join('')}};\n`;
}

/** The text of `schemas.ts`: how the rest of Sampan reaches the tables. */
export function writeSchemas(): string {
  return `${banner}import { type AnySchema, type ObjectSchema, SchemaTable } from '../../machinery/index.ts';
import { schemaTables } from './schema-tables.ts';

/** Built from constants only, on demand: a cache, not state. */
const table = new SchemaTable(schemaTables);

/** The schema of an OpenAPI definition: \`io.k8s.api.core.v1.PodSpec\`. Throws where there is none. */
export function schemaOf(definition: string): ObjectSchema {
  return asObject(table.find(definition), definition);
}

/** The schema of a built-in kind. Throws where there is none. */
export function schemaOfKind(group: string, version: string, kind: string): ObjectSchema {
  const dot = group.indexOf('.');
  const module = \`\${group === '' ? 'core' : dot < 0 ? group : group.slice(0, dot)}-\${version}\`;
  const found = table.findInModule(module, kind) ?? table.findInModule('meta-v1', kind);
  return asObject(found, \`\${group}/\${version} \${kind}\`);
}

/** Every definition's name. */
export function definitionNames(): Iterable<string> {
  return table.names();
}

function asObject(schema: ObjectSchema | AnySchema | undefined, name: string): ObjectSchema {
  if (schema?.type !== 'object') throw new Error(\`no schema for \${name}\`);
  return schema;
}
`;
}
