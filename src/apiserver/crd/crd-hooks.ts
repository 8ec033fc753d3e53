import type { CustomResourceDefinition } from '../../api/generated/index.ts';
import type { ResourceHooks } from '../resources/resource-hooks.ts';
import { cleanupFinalizer, withCondition } from './crd-conditions.ts';

/** A CRD goes only after its objects: Kubernetes marks it so from the first. */
export const crdHooks: ResourceHooks = {
  markDeleting(object, options) {
    const crd = object as CustomResourceDefinition;
    const { metadata } = crd;
    if (metadata.deletionTimestamp !== undefined) return undefined;
    const finalizers = metadata.finalizers ?? [];
    const marked: CustomResourceDefinition = {
      ...crd,
      metadata: {
        ...metadata,
        deletionTimestamp: options.now,
        finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
      },
    };
    return withCondition(
      marked,
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      },
      options.now,
    );
  },
};
