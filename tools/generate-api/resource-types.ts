import { placeDefinition } from './definition-name.ts';
import { banner } from './interfaces.ts';
import type { DiscoveryResource, GroupVersionFacts, OpenApiNode } from './upstream.ts';

/** `NetworkPolicy`, `networkpolicies` → `networkPolicies`; `CSIDriver`, `csidrivers` → `csiDrivers`. */
export function nameConstant(kind: string, resource: string): string {
  const camel = kind.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, head => head.toLowerCase());
  let shared = 0;
  while (shared < camel.length && camel[shared]!.toLowerCase() === resource[shared]) shared++;
  return camel.slice(0, shared) + resource.slice(shared);
}

/** Which of two versions or groups keeps the plain name; the other carries its version. */
const plainNameOwners: ReadonlyMap<string, string> = new Map([
  ['events', ''],
  ['horizontalPodAutoscalers', 'autoscaling/v2'],
]);

interface NamedResource {
  readonly constant: string;
  readonly facts: GroupVersionFacts;
  readonly resource: DiscoveryResource;
}

function nameResources(groupVersions: readonly GroupVersionFacts[]): readonly NamedResource[] {
  const all = groupVersions.flatMap(facts =>
    facts.resources
      .filter(resource => !resource.name.includes('/'))
      .map(resource => ({ plain: nameConstant(resource.kind, resource.name), facts, resource })),
  );
  return all.map(({ plain, facts, resource }) => {
    const isShared = all.filter(other => other.plain === plain).length > 1;
    const owner = plainNameOwners.get(plain);
    if (isShared && owner === undefined) throw new Error(`two resources are called ${plain}: say which keeps the name`);
    const isOwner = owner === facts.group || owner === `${facts.group}/${facts.version}`;
    const constant = isShared && !isOwner ? `${plain}${facts.version.toUpperCase()}` : plain;
    return { constant, facts, resource };
  });
}

function findKind(facts: GroupVersionFacts, kind: string): string {
  for (const [definition, node] of Object.entries(facts.definitions)) {
    if (isOfKind(node, facts, kind)) return definition;
  }
  throw new Error(`no definition for ${facts.group}/${facts.version} ${kind}`);
}

function isOfKind(node: OpenApiNode, facts: GroupVersionFacts, kind: string): boolean {
  return (node['x-kubernetes-group-version-kind'] ?? []).some(
    gvk => gvk.group === facts.group && gvk.version === facts.version && gvk.kind === kind,
  );
}

const quote = (text: string): string => `'${text}'`;
const quoteList = (list: readonly string[] | undefined): string => `[${(list ?? []).map(quote).join(', ')}]`;

function writeConstant({ constant, facts, resource }: NamedResource, typeName: string): string {
  const fields = [
    `group: ${quote(facts.group)}`,
    `version: ${quote(facts.version)}`,
    `resource: ${quote(resource.name)}`,
    `singular: ${quote(resource.singularName)}`,
    `kind: ${quote(resource.kind)}`,
    `namespaced: ${resource.namespaced}`,
    `shortNames: ${quoteList(resource.shortNames)}`,
    `categories: ${quoteList(resource.categories)}`,
  ];
  return `export const ${constant}: ResourceType<${typeName}> = {\n${fields.map(f => `  ${f},\n`).join('')}};\n`;
}

function writeServed({ constant, facts, resource }: NamedResource): string {
  const subresources = facts.resources
    .filter(other => other.name.startsWith(`${resource.name}/`))
    .map(
      other =>
        `      { name: ${quote(other.name.slice(resource.name.length + 1))}, group: ${quote(other.group ?? facts.group)}, ` +
        `version: ${quote(other.version ?? facts.version)}, kind: ${quote(other.kind)}, verbs: ${quoteList(other.verbs)} },\n`,
    );
  const list = subresources.length === 0 ? '[]' : `[\n${subresources.join('')}    ]`;
  return `  {\n    type: ${constant},\n    verbs: ${quoteList(resource.verbs)},\n    subresources: ${list},\n  },\n`;
}

const declarations = `
/** A path below an object, such as \`pods/log\`: what it takes and returns is \`kind\`, of its own group and version. */
export interface ServedSubresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** A resource with what may be done to it, as discovery says. */
export interface ServedResource {
  readonly type: ResourceType;
  readonly verbs: readonly string[];
  readonly subresources: readonly ServedSubresource[];
}
`;

/** The text of `resource-types.ts`, and the names it exports. */
export function writeResourceTypes(
  groupVersions: readonly GroupVersionFacts[],
  exportNames: ReadonlyMap<string, string>,
): { readonly text: string; readonly constants: readonly string[] } {
  const named = nameResources(groupVersions);
  const imports = new Map<string, Set<string>>();
  const constants: string[] = [];
  for (const entry of named) {
    const definition = findKind(entry.facts, entry.resource.kind);
    const place = placeDefinition(definition);
    const alias = exportNames.get(definition)!;
    const names = imports.get(place.module) ?? new Set();
    imports.set(place.module, names.add(alias === place.name ? alias : `${place.name} as ${alias}`));
    constants.push(writeConstant(entry, alias));
  }
  const head = [...imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => `import type { ${[...names].sort().join(', ')} } from './${module}.ts';\n`);
  const all = `/** Every resource that a default API server of this version serves. */\nexport const servedResources: readonly ServedResource[] = [\n${named.map(writeServed).join('')}];\n`;
  return {
    text: `${banner}import type { ResourceType } from '../../machinery/index.ts';\n${head.join('')}${declarations}\n${constants.join('\n')}\n${all}`,
    constants: named.map(entry => entry.constant),
  };
}
