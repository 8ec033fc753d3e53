import { pods, type ReplicationController, replicationControllers } from '../api/generated/index.ts';
import type { Controller } from '../client/index.ts';
import { matchLabelSet } from '../machinery/index.ts';
import { holdReplicas, type ReplicaKind } from './hold-replicas.ts';
import { orphanPods } from './ownership.ts';
import { selectorKeys } from './selector-keys.ts';

const kind: ReplicaKind = { type: replicationControllers, doesCountTerminating: false };

const selectorOf = (controller: ReplicationController) => matchLabelSet(controller.spec.selector);

/** Keeps as many pods of a ReplicationController as it asks for: what a ReplicaSet is, by its older name. */
export const replicationController: Controller<ReplicationController> = {
  name: 'replication-controller',
  primary: replicationControllers,
  secondaries: [{ type: pods, keysOf: selectorKeys(replicationControllers, selectorOf) }],
  indexes: [orphanPods],
  reconcile: (controller, context) =>
    controller === undefined ? [] : holdReplicas(kind, controller, selectorOf(controller), context),
};
