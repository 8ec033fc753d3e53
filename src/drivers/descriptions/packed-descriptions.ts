import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { definitionNames, schemaOf } from '../../api/generated/index.ts';
import { type Descriptions, leafDefinitionNames } from '../../machinery/index.ts';

/** By definition, and there by field; the definition's own text under `''`. */
type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Descriptions out of one file that the build has packed, so that a published Sampan needs no package for them. */
export class PackedDescriptions implements Descriptions {
  readonly #file: URL;
  #texts: Texts | undefined;

  constructor(file: URL) {
    this.#file = file;
  }

  describe(definition: string, field = ''): string | undefined {
    this.#texts ??= JSON.parse(gunzipSync(readFileSync(this.#file)).toString()) as Texts;
    return this.#texts[definition]?.[field];
  }
}

/** The file's content: what `descriptions` says of every built-in definition and of the fields that it has. */
export function packDescriptions(descriptions: Descriptions): Uint8Array {
  const texts: Record<string, Record<string, string>> = {};
  for (const [definition, fields] of describedDefinitions()) {
    const described = ['', ...fields].map(field => [field, descriptions.describe(definition, field)] as const);
    texts[definition] = Object.fromEntries(described.filter((each): each is [string, string] => each[1] !== undefined));
  }
  return gzipSync(JSON.stringify(texts), { level: 9 });
}

function* describedDefinitions(): Iterable<readonly [definition: string, fields: readonly string[]]> {
  const leaves = new Set(leafDefinitionNames);
  for (const name of definitionNames()) if (!leaves.has(name)) yield [name, [...schemaOf(name).fields.keys()]];
  for (const name of leaves) yield [name, []];
}
