import type { Column } from '../../api/index.ts';
import type { KubeObject, ListMeta } from '../../machinery/index.ts';
import type { ServedResource } from '../core-contract.ts';
import { convertToServed } from '../served-version.ts';
import { toPartialMetadata } from './representation.ts';

export type IncludedObject = 'None' | 'Metadata' | 'Object';

/** What a Table is made of beyond the objects. */
export interface TableForm {
  /** Absent for what is no resource but has columns, such as a Scale. */
  readonly resource?: ServedResource | undefined;
  readonly columns: readonly Column[];
  readonly asVersion: 'v1' | 'v1beta1';
  /** Kubernetes: `includeObject`, what each row carries of its object. */
  readonly includes: IncludedObject;
  readonly nowMs: number;
}

/** Kubernetes: what a kind without columns of its own shows (`rest.NewDefaultTableConvertor`). */
const defaultColumns: readonly Column[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name must be unique within a namespace.',
    priority: 0,
    value: object => object.metadata.name ?? '',
  },
  {
    name: 'Created At',
    type: 'date',
    description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
    priority: 0,
    value: object => object.metadata.creationTimestamp ?? '',
  },
];

export function columnsOf(resource: ServedResource): readonly Column[] {
  return resource.version.columns ?? resource.definition.rules.columns ?? defaultColumns;
}

/** The Table up to its rows: `{"kind":"Table",…,"rows":[`. */
export function formatTableHead(form: TableForm, metadata: ListMeta, hasDefinitions: boolean): string {
  const definitions = form.columns.map(column => ({
    name: column.name,
    type: column.type,
    format: column.format ?? '',
    description: column.description,
    priority: column.priority,
  }));
  const head = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.asVersion}`,
    metadata,
    columnDefinitions: hasDefinitions ? definitions : [],
  };
  return `${JSON.stringify(head).slice(0, -1)},"rows":[`;
}

export const tableTail = ']}';

/** One row: `{"cells":[…],"object":{…}}`. Cells such as ages depend on the time, so rows are made anew each time. */
export function formatRow(object: KubeObject, form: TableForm): string {
  const cells = form.columns.map(column => column.value(object, form.nowMs));
  return JSON.stringify({ cells, object: includeObject(object, form) });
}

function includeObject(object: KubeObject, form: TableForm): KubeObject | undefined {
  if (form.includes === 'None') return undefined;
  if (form.includes === 'Object') {
    return form.resource === undefined ? object : convertToServed(object, form.resource);
  }
  return toPartialMetadata(object, form.asVersion);
}
