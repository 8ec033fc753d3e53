import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryVersion } from './upstream.ts';

/** One JSON field of a Go struct, with embedded structs already flattened into it. */
export interface GoField {
  readonly json: string;
  /** Go's type as written: `*int32`, `[]ContainerPort`, `metav1.Time`. */
  readonly type: string;
  readonly isPointer: boolean;
  readonly omitsEmpty: boolean;
  readonly omitsZero: boolean;
  /** 0 where the field has no protobuf tag. */
  readonly number: number;
  readonly protobufName: string;
  /** Numbers of the messages around the field, outermost first (Go embeds a struct: protobuf nests a message). */
  readonly parents: readonly number[];
  /** The package in which `type` was written, for resolving it. */
  readonly packageName: string;
  readonly isOptional: boolean;
}

export interface RawField {
  readonly name: string | undefined;
  readonly type: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly isOptional: boolean;
}

interface GoPackage {
  readonly structs: ReadonlyMap<string, readonly RawField[]>;
  /** Defined string types marked `+enum`, with their values. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

/** OpenAPI's package prefix → the folder of Go files that declares it. */
function folderOf(packageName: string): string {
  const api = /^io\.k8s\.api\.(.+)$/.exec(packageName);
  if (api !== null) return `api@${libraryVersion}/${api[1]!.replace('.', '/')}`;
  const other = /^io\.k8s\.(apimachinery|apiextensions-apiserver|kube-aggregator)\.(.+)$/.exec(packageName);
  if (other === null) throw new Error(`unknown package ${packageName}`);
  return `${other[1]}@${libraryVersion}/${other[2]!.replaceAll('.', '/')}`;
}

const imports: ReadonlyMap<string, string> = new Map([
  ['metav1', 'io.k8s.apimachinery.pkg.apis.meta.v1'],
  ['v1', 'io.k8s.api.core.v1'],
  ['corev1', 'io.k8s.api.core.v1'],
  ['core', 'io.k8s.api.core.v1'],
  ['authenticationv1', 'io.k8s.api.authentication.v1'],
]);

/** Struct tags and enums of upstream's Go packages, read on demand. */
export class GoStructs {
  readonly #modules: string;
  readonly #packages = new Map<string, GoPackage>();

  constructor(modules: string) {
    this.#modules = modules;
  }

  /** Fields by JSON name, or undefined where the package declares no such struct. */
  fieldsOf(packageName: string, struct: string): ReadonlyMap<string, GoField> | undefined {
    const raw = this.#read(packageName).structs.get(struct);
    if (raw === undefined) return undefined;
    const fields = new Map<string, GoField>();
    for (const field of raw) this.#addField(fields, packageName, field, []);
    return fields;
  }

  /** Values of the enum type that a field has (itself, by pointer, or as items), or undefined. */
  enumOf(field: GoField): readonly string[] | undefined {
    const { packageName, name } = resolve(field.packageName, field.type.replace(/^[*[\]]+/, ''));
    return packageName === undefined ? undefined : this.#read(packageName).enums.get(name);
  }

  #addField(fields: Map<string, GoField>, packageName: string, raw: RawField, parents: readonly number[]): void {
    const [json = '', ...options] = (raw.tags.get('json') ?? '').split(',');
    if (json === '-') return;
    const protobuf = (raw.tags.get('protobuf') ?? '').split(',');
    const number = Number(protobuf[1] ?? 0);
    if (raw.name === undefined && (json === '' || options.includes('inline'))) {
      this.#addEmbedded(fields, packageName, raw.type, [...parents, number]);
      return;
    }
    const name = json === '' ? raw.name! : json;
    const isNested = !parents.includes(0);
    fields.set(name, {
      json: name,
      type: raw.type,
      isPointer: raw.type.startsWith('*'),
      omitsEmpty: options.includes('omitempty'),
      omitsZero: options.includes('omitzero'),
      number: isNested ? number : 0,
      protobufName: protobuf.find(part => part.startsWith('name='))?.slice(5) ?? name,
      parents: isNested ? parents : [],
      packageName,
      isOptional: raw.isOptional,
    });
  }

  /** A package whose Go folder is not among the modules (such as `runtime`) adds nothing. */
  #addEmbedded(fields: Map<string, GoField>, from: string, type: string, parents: readonly number[]): void {
    const { packageName, name } = resolve(from, type.replace(/^\*/, ''));
    const raw = packageName === undefined ? undefined : this.#read(packageName).structs.get(name);
    if (raw === undefined) throw new Error(`cannot find embedded ${type} of ${from}`);
    for (const field of raw) this.#addField(fields, packageName!, field, parents);
  }

  #read(packageName: string): GoPackage {
    const known = this.#packages.get(packageName);
    if (known !== undefined) return known;
    const folder = join(this.#modules, folderOf(packageName));
    const names = existsSync(folder)
      ? readdirSync(folder).filter(name => name.endsWith('.go') && !/_test\.go$|generated/.test(name))
      : [];
    const text = names.map(name => readFileSync(join(folder, name), 'utf8')).join('\n');
    const parsed = { structs: parseStructs(text), enums: parseEnums(text) };
    this.#packages.set(packageName, parsed);
    return parsed;
  }
}

function resolve(from: string, type: string): { packageName: string | undefined; name: string } {
  const dot = type.indexOf('.');
  if (dot < 0) return { packageName: from, name: type };
  return { packageName: imports.get(type.slice(0, dot)), name: type.slice(dot + 1) };
}

export function parseStructs(text: string): ReadonlyMap<string, readonly RawField[]> {
  const structs = new Map<string, readonly RawField[]>();
  for (const match of text.matchAll(/^type (\w+) struct ?\{(\n[\s\S]*?^|)\}/gm)) {
    structs.set(match[1]!, parseFields(match[2]!));
  }
  return structs;
}

function parseFields(body: string): readonly RawField[] {
  const fields: RawField[] = [];
  let comment = '';
  for (const line of body.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('//')) {
      comment += `${trimmed}\n`;
      continue;
    }
    const named = /^(\w+)\s+(\S+)\s+`([^`]*)`/.exec(trimmed);
    const embedded = /^()(\*?[A-Za-z][\w.]*)(?:\s+`([^`]*)`)?$/.exec(trimmed);
    const match = named ?? embedded;
    if (match !== null) {
      const isOptional = /\+optional\b/.test(comment);
      fields.push({ name: match[1] || undefined, type: match[2]!, tags: parseTags(match[3] ?? ''), isOptional });
    }
    comment = '';
  }
  return fields;
}

function parseTags(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/(\w+):"([^"]*)"/g)].map(match => [match[1]!, match[2]!]));
}

export function parseEnums(text: string): ReadonlyMap<string, readonly string[]> {
  const names = [...text.matchAll(/((?:^\/\/.*\n)+)type (\w+) string$/gm)]
    .filter(match => /^\/\/ ?\+enum\b/m.test(match[1]!))
    .map(match => match[2]!);
  return new Map(
    names.map(name => {
      const pattern = new RegExp(`^(?:const )?\\s*\\w+\\s+${name}\\s*=\\s*"([^"]*)"`, 'gm');
      return [name, [...text.matchAll(pattern)].map(match => match[1]!).sort()];
    }),
  );
}
