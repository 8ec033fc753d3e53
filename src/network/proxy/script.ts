import { type Family, ipv4, ipv6 } from './family.ts';
import {
  diffModels,
  type Element,
  emptyModel,
  type RulesetChange,
  type RulesetModel,
  type TableObject,
} from './model.ts';
import { type SkeletonOptions, skeletonOf } from './skeleton.ts';

/** nft reports an error with the whole command that holds it, so commands are kept to a readable number of elements. */
const elementsPerCommandMax = 500;

/**
 * The change as a script for `nft -f`, which the kernel applies as a whole or not at all.
 *
 * The order is what the kernel's checks need: what refers to a thing goes before the thing goes, and comes after it.
 */
export function writeChange(family: Family, table: string, change: RulesetChange): string {
  const t = `${family.name} ${table}`;
  const lines: string[] = [];
  const goneChains = change.removedObjects.filter(object => object.kind === 'chain');
  const goneSets = change.removedObjects.filter(object => object.kind !== 'chain');
  writeElements(lines, `delete element ${t}`, change.removedElements, false);
  for (const chain of [...goneChains, ...change.changedChains]) lines.push(`flush chain ${t} ${chain.name}`);
  for (const object of change.addedObjects) lines.push(addCommand(t, object));
  for (const object of [...change.addedObjects, ...change.changedChains]) {
    if (object.kind === 'chain') for (const rule of object.rules) lines.push(`add rule ${t} ${object.name} ${rule}`);
  }
  writeElements(lines, `add element ${t}`, change.addedElements, true);
  for (const chain of goneChains) lines.push(`delete chain ${t} ${chain.name}`);
  for (const object of goneSets) lines.push(`delete ${object.kind} ${t} ${object.name}`);
  lines.push('');
  return lines.join('\n');
}

/** Builds the table anew, whatever was there under its name. */
export function writeTable(family: Family, options: SkeletonOptions, model: RulesetModel): string {
  const change = diffModels(emptyModel, model);
  return removeTable(family, options.table) + skeletonOf(family, options) + writeChange(family, options.table, change);
}

/** Takes the tables of both families away; succeeds as well where there are none. */
export function writeRemoval(table: string): string {
  return removeTable(ipv4, table) + removeTable(ipv6, table);
}

/** Fails where the table is not there any more; somebody may have flushed all rules. Changes nothing. */
export function writeCheck(table: string): string {
  return `list chain ${ipv4.name} ${table} services\n`;
}

// Deleting what does not exist is an error in nft, so it is made to exist first.
function removeTable(family: Family, table: string): string {
  return `table ${family.name} ${table} {}\ndelete table ${family.name} ${table}\n`;
}

function addCommand(table: string, object: TableObject): string {
  if (object.kind === 'chain') return `add chain ${table} ${object.name}`;
  return `add ${object.kind} ${table} ${object.name} { ${object.definition} }`;
}

function writeElements(lines: string[], command: string, elements: readonly Element[], hasValues: boolean): void {
  const byContainer = new Map<string, string[]>();
  for (const { container, key, value } of elements) {
    const entry = hasValues && value !== '' ? `${key} : ${value}` : key;
    const entries = byContainer.get(container);
    if (entries === undefined) byContainer.set(container, [entry]);
    else entries.push(entry);
  }
  for (const [container, entries] of byContainer) {
    for (let i = 0; i < entries.length; i += elementsPerCommandMax) {
      lines.push(`${command} ${container} { ${entries.slice(i, i + elementsPerCommandMax).join(', ')} }`);
    }
  }
}
