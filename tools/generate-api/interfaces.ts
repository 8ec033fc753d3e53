import { type DefinitionPlace, placeDefinition, prefixOfModule } from './definition-name.ts';
import type { OpenApiNode } from './upstream.ts';

/** Definitions that are scalars or free-form: written where they are used, never as interfaces. */
const inlined: ReadonlyMap<string, string> = new Map([
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', 'string'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Time', 'string'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', 'string'],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', 'number | string'],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', 'unknown'],
  ['io.k8s.apimachinery.pkg.apis.meta.v1.Patch', 'unknown'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON', 'unknown'],
  [
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
    'JSONSchemaProps | readonly JSONSchemaProps[]',
  ],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool', 'JSONSchemaProps | boolean'],
  [
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
    'JSONSchemaProps | readonly string[]',
  ],
]);

/** Declared by hand in machinery, re-exported from `meta-v1.ts`. */
const fromMachinery: ReadonlySet<string> = new Set([
  'FieldsV1',
  'ListMeta',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'OwnerReference',
  'Status',
  'StatusCause',
  'StatusDetails',
]);

const machineryModule = '../../machinery/index.ts';

function isFromMachinery(place: DefinitionPlace): boolean {
  return place.module === 'meta-v1' && fromMachinery.has(place.name);
}

/** The definition that a property points to, written plainly or inside `allOf` (where it carries a default). */
export function referenceOf(node: OpenApiNode): string | undefined {
  const reference = node.$ref ?? node.allOf?.[0]?.$ref;
  return reference?.slice('#/components/schemas/'.length);
}

/** Writes one file's interfaces while gathering what they import. */
class InterfaceFile {
  readonly module: string;
  readonly imports = new Map<string, Set<string>>();
  readonly bodies: string[] = [];

  constructor(module: string) {
    this.module = module;
  }

  use(file: string, name: string): string {
    const names = this.imports.get(file) ?? new Set();
    this.imports.set(file, names.add(name));
    return name;
  }

  typeOf(node: OpenApiNode): string {
    const reference = referenceOf(node);
    if (reference !== undefined) return this.typeOfReference(reference);
    if (node.type === 'array') return `readonly ${parenthesize(this.typeOf(node.items!))}[]`;
    if (node.type === 'object' && node.additionalProperties !== undefined) {
      return `Readonly<Record<string, ${this.typeOf(node.additionalProperties)}>>`;
    }
    if (node.type === 'integer' || node.type === 'number') return 'number';
    if (node.type === 'boolean' || node.type === 'string') return node.type;
    return 'unknown';
  }

  typeOfReference(definition: string): string {
    const plain = inlined.get(definition);
    if (plain !== undefined) return plain;
    const place = placeDefinition(definition);
    if (isFromMachinery(place)) return this.use(machineryModule, place.name);
    return place.module === this.module ? place.name : this.use(`./${place.module}.ts`, place.name);
  }

  addInterface(name: string, node: OpenApiNode): void {
    const isKind = node['x-kubernetes-group-version-kind'] !== undefined && node.properties?.['metadata'] !== undefined;
    const isList = isKind && referenceOf(node.properties!['metadata']!)?.endsWith('.ListMeta') === true;
    const inherited = isKind ? (isList ? [] : ['apiVersion', 'kind', 'metadata']) : [];
    const heritage = isKind && !isList ? ` extends ${this.use(machineryModule, 'KubeObject')}` : '';
    const fields = Object.entries(node.properties ?? {}).filter(([field]) => !inherited.includes(field));
    const lines = fields.map(([field, schema]) => this.formatField(node, field, schema, isList));
    if (lines.length === 0) {
      this.bodies.push(
        heritage === ''
          ? `export type ${name} = Readonly<Record<string, never>>;\n`
          : `export interface ${name}${heritage} {}\n`,
      );
      return;
    }
    this.bodies.push(`export interface ${name}${heritage} {\n${lines.join('')}}\n`);
  }

  /**
   * A `spec` that Go keeps by value is always there once decoded (its default is `{}`), so readers need not ask;
   * so is a list's metadata.
   */
  formatField(owner: OpenApiNode, field: string, schema: OpenApiNode, isList: boolean): string {
    const isAlwaysThere = (field === 'spec' && schema.default !== undefined) || (field === 'metadata' && isList);
    const key = /^[A-Za-z_]\w*$/.test(field) ? field : `'${field}'`;
    const type = this.typeOf(schema);
    return owner.required?.includes(field) === true || isAlwaysThere
      ? `  readonly ${key}: ${type};\n`
      : `  readonly ${key}?: ${type === 'unknown' ? type : `${type} | undefined`};\n`;
  }

  format(reexports: readonly string[]): string {
    const imports = [...this.imports]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, names]) => `import type { ${[...names].sort().join(', ')} } from '${file}';\n`);
    return `${banner}${imports.join('')}${reexports.join('')}\n${this.bodies.join('\n')}`;
  }
}

export const banner = '// Generated by tools/generate-api from Kubernetes v1.36. Do not edit.\n';

function parenthesize(type: string): string {
  return type.includes('|') || type.startsWith('readonly ') ? `(${type})` : type;
}

/** File name → text, for every module that holds definitions. */
export function writeInterfaces(definitions: ReadonlyMap<string, OpenApiNode>): ReadonlyMap<string, string> {
  const files = new Map<string, InterfaceFile>();
  for (const [definition, node] of definitions) {
    const place = placeDefinition(definition);
    if (inlined.has(definition) || isFromMachinery(place)) continue;
    const file = files.get(place.module) ?? new InterfaceFile(place.module);
    files.set(place.module, file);
    file.addInterface(place.name, node);
  }
  const texts = new Map<string, string>();
  for (const [module, file] of files) {
    const reexports =
      module === 'meta-v1'
        ? [`export type { ${[...fromMachinery].sort().join(', ')} } from '${machineryModule}';\n`]
        : [];
    texts.set(`${module}.ts`, file.format(reexports));
  }
  return texts;
}

/** Modules earlier in this list win a name that several declare; a kind always wins over a part of one. */
const precedence = [
  'core-v1',
  'apps-v1',
  'batch-v1',
  'autoscaling-v2',
  'authentication-v1',
  'rbac-v1',
  'apiextensions-v1',
];

function rankOf(module: string): number {
  const index = precedence.indexOf(module);
  return index < 0 ? precedence.length : index;
}

/** How each definition is called in `index.ts`: its own name, or with its module's prefix where another has that. */
export function nameExports(definitions: ReadonlyMap<string, OpenApiNode>): ReadonlyMap<string, string> {
  const owners = new Map<string, { definition: string; isKind: boolean; module: string }[]>();
  for (const [definition, node] of definitions) {
    if (inlined.has(definition)) continue;
    const place = placeDefinition(definition);
    const isKind = node['x-kubernetes-group-version-kind'] !== undefined;
    const list = owners.get(place.name) ?? [];
    owners.set(place.name, [...list, { definition, isKind, module: place.module }]);
  }
  const names = new Map<string, string>();
  for (const [name, list] of owners) {
    list.sort(
      (a, b) =>
        Number(b.isKind) - Number(a.isKind) || rankOf(a.module) - rankOf(b.module) || (a.module < b.module ? -1 : 1),
    );
    list.forEach((owner, index) => {
      names.set(owner.definition, index === 0 ? name : `${prefixOfModule(owner.module)}${name}`);
    });
  }
  return names;
}
