import { pods, type ReplicaSet, replicaSets } from '../api/generated/index.ts';
import type { Controller } from '../client/index.ts';
import { compileLabelSelector } from '../machinery/index.ts';
import { holdReplicas, type ReplicaKind } from './hold-replicas.ts';
import { orphanPods } from './ownership.ts';
import { selectorKeys } from './selector-keys.ts';

const kind: ReplicaKind = { type: replicaSets, doesCountTerminating: true };

const selectorOf = (set: ReplicaSet) => compileLabelSelector(set.spec.selector);

/** Keeps as many pods of a ReplicaSet as it asks for. */
export const replicaSetController: Controller<ReplicaSet> = {
  name: 'replicaset-controller',
  primary: replicaSets,
  secondaries: [{ type: pods, keysOf: selectorKeys(replicaSets, selectorOf) }],
  indexes: [orphanPods],
  reconcile: (set, context) => (set === undefined ? [] : holdReplicas(kind, set, selectorOf(set), context)),
};
