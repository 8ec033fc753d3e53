import type { Column } from '../../api/index.ts';
import { humanizeAge, type KubeObject } from '../../machinery/index.ts';

interface ScaleObject extends KubeObject {
  readonly spec?: { readonly replicas?: number | undefined } | undefined;
  readonly status?: { readonly replicas?: number | undefined } | undefined;
}

/** Kubernetes: what a Table shows of a Scale, whatever kind it scales. A Scale is no resource and so has no definition. */
export const scaleColumns: readonly Column<ScaleObject>[] = [
  {
    name: 'Name',
    type: 'string',
    description: 'The name of the object that is scaled.',
    priority: 0,
    value: object => object.metadata.name ?? '',
  },
  {
    name: 'Desired',
    type: 'integer',
    description: 'How many replicas are wanted.',
    priority: 0,
    value: object => object.spec?.replicas ?? 0,
  },
  {
    name: 'Available',
    type: 'integer',
    description: 'How many replicas there are.',
    priority: 0,
    value: object => object.status?.replicas ?? 0,
  },
  {
    name: 'Age',
    type: 'string',
    description: 'How long ago the object was created.',
    priority: 0,
    value: (object, nowMs) => humanizeAge(object.metadata.creationTimestamp, nowMs),
  },
];
