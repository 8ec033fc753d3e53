/**
 * Writes `src/api/generated/` from Kubernetes' published facts: OpenAPI, discovery and Go's field tags.
 * Names, types, numbers and list types are facts; no description and no code is copied.
 *
 *     node tools/generate-api/index.ts DIRECTORY
 *
 * DIRECTORY holds the Go modules as `go mod download` lays them out: `kubernetes@v1.36.0`, `api@v0.36.0`, and so on.
 * Start reading at `upstream.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeDefinition } from './definition-name.ts';
import { GoStructs } from './go-structs.ts';
import { banner, nameExports, writeInterfaces } from './interfaces.ts';
import { writeResourceTypes } from './resource-types.ts';
import { writeSchemas, writeSchemaTables } from './schema-tables.ts';
import { mergeDefinitions, readGroupVersions } from './upstream.ts';

const packageComment = `/**
 * Kubernetes' facts: the types of every built-in kind, and a \`ResourceType\` for each served resource.
 *
 * Owns what upstream publishes of names, types and numbers; not defaults, validation or columns (those are each kind's,
 * in \`src/api/kinds\`). Where two groups share a name, the less used carries its group: \`EventsV1Event\`.
 * Start reading at \`core-v1.ts\` and \`resource-types.ts\`.
 */
`;

function writeIndex(exportNames: ReadonlyMap<string, string>, constants: readonly string[]): string {
  const modules = new Map<string, string[]>();
  for (const [definition, alias] of exportNames) {
    const place = placeDefinition(definition);
    const names = modules.get(place.module) ?? [];
    modules.set(place.module, [...names, alias === place.name ? alias : `${place.name} as ${alias}`]);
  }
  const types = [...modules]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([module, names]) =>
        `export type {\n${names
          .sort()
          .map(name => `  ${name},\n`)
          .join('')}} from './${module}.ts';\n`,
    );
  const values = `export {\n${[...constants, 'servedResources']
    .sort()
    .map(name => `  ${name},\n`)
    .join(
      '',
    )}  type ServedResource,\n  type ServedSubresource,\n} from './resource-types.ts';\nexport { definitionNames, schemaOf, schemaOfKind } from './schemas.ts';\n`;
  return `${banner}${packageComment}${types.join('')}${values}`;
}

function main(modules: string | undefined): void {
  if (modules === undefined) throw new Error('usage: node tools/generate-api/index.ts DIRECTORY-OF-K8S.IO-MODULES');
  const target = join(import.meta.dirname, '../../src/api/generated');
  mkdirSync(target, { recursive: true });
  const groupVersions = readGroupVersions(modules);
  const definitions = mergeDefinitions(modules, groupVersions);
  const exportNames = nameExports(definitions);
  const resources = writeResourceTypes(groupVersions, exportNames);
  const files = new Map(writeInterfaces(definitions));
  files.set('resource-types.ts', resources.text);
  files.set('schema-tables.ts', writeSchemaTables(definitions, new GoStructs(modules)));
  files.set('schemas.ts', writeSchemas());
  files.set('index.ts', writeIndex(exportNames, resources.constants));
  for (const [name, text] of files) writeFileSync(join(target, name), text);
}

main(process.argv[2]);
