import { formatLabelSelector, humanizeAge, type KubeObject, type LabelSelectorObject } from '../../machinery/index.ts';
import type { Column } from '../kind-definition.ts';

/** Columns that most kinds share, and builders for the others. Kubernetes: `pkg/printers/internalversion`. */

type Cell = string | number | boolean | null;

/** Shown only with `-o wide`. */
export const wide = 1;

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'The name, unique in its namespace.',
  priority: 0,
  value: object => object.metadata.name ?? '',
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'How long ago the object was created.',
  priority: 0,
  value: (object, nowMs) => humanizeAge(object.metadata.creationTimestamp, nowMs),
};

/** A column of texts. */
export function textColumn<T extends KubeObject>(
  name: string,
  description: string,
  value: (object: T, nowMs: number) => string,
  priority = 0,
): Column<T> {
  return { name, type: 'string', description, priority, value };
}

/** A column of whole numbers. */
export function integerColumn<T extends KubeObject>(
  name: string,
  description: string,
  value: (object: T) => Cell,
  priority = 0,
): Column<T> {
  return { name, type: 'integer', description, priority, value };
}

/** A column of true and false. */
export function booleanColumn<T extends KubeObject>(
  name: string,
  description: string,
  value: (object: T) => boolean,
  priority = 0,
): Column<T> {
  return { name, type: 'boolean', description, priority, value };
}

/** A cell whose type upstream declares as text but whose value is a number. */
export function looseColumn<T extends KubeObject>(
  name: string,
  description: string,
  value: (object: T) => Cell,
  priority = 0,
): Column<T> {
  return { name, type: 'string', description, priority, value };
}

interface NamedImage {
  readonly name: string;
  readonly image?: string | undefined;
}

/** The wide columns of everything that has a pod template. */
export function templateColumns<T extends KubeObject>(containers: (object: T) => readonly NamedImage[]): Column<T>[] {
  return [
    textColumn(
      'Containers',
      'Names of the containers in the template.',
      o =>
        containers(o)
          .map(c => c.name)
          .join(','),
      wide,
    ),
    textColumn(
      'Images',
      'Images of the containers in the template.',
      o =>
        containers(o)
          .map(c => c.image ?? '')
          .join(','),
      wide,
    ),
  ];
}

/** The selector as kubectl writes it. */
export function selectorColumn<T extends KubeObject>(
  selector: (object: T) => LabelSelectorObject | undefined,
): Column<T> {
  return textColumn('Selector', 'Which pods belong to it.', object => formatSelector(selector(object)), wide);
}

function formatSelector(selector: LabelSelectorObject | undefined): string {
  return selector === undefined ? '<none>' : formatLabelSelector(selector);
}

/** `a=1,b=2`, sorted; `<none>` without labels. Kubernetes: `labels.FormatLabels`. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const text = Object.keys(labels ?? {})
    .sort()
    .map(key => `${key}=${labels![key]}`)
    .join(',');
  return text === '' ? '<none>' : text;
}

/** The first few of a list, and how many more there are. */
export function listSome(items: readonly string[], max: number, empty: string): string {
  if (items.length === 0) return empty;
  const text = items.slice(0, max).join(',');
  return items.length > max ? `${text} + ${items.length - max} more...` : text;
}

/** The controller that owns an object, with its kind: `replicaset.apps/web-1`. */
export function formatController(object: KubeObject): string {
  const owner = object.metadata.ownerReferences?.find(reference => reference.controller === true);
  if (owner === undefined) return '<none>';
  const slash = owner.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${owner.apiVersion.slice(0, slash)}`;
  return `${owner.kind}${group}`.toLowerCase().concat(`/${owner.name}`);
}
