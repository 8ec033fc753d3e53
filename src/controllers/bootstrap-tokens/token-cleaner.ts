import { bootstrapExpiryMs, bootstrapNamespace, isBootstrapSecret } from '../../api/bootstrap-tokens/index.ts';
import { type Secret, secrets } from '../../api/generated/index.ts';
import type { Controller } from '../../client/index.ts';

/** Deletes bootstrap tokens when they end. */
export const tokenCleaner: Controller<Secret> = {
  name: 'token-cleaner',
  primary: secrets,
  reconcile(secret, { now }) {
    if (secret === undefined || !isBootstrapSecret(secret)) return [];
    const { name = '', namespace, uid, deletionTimestamp } = secret.metadata;
    if (namespace !== bootstrapNamespace || deletionTimestamp !== undefined) return [];
    const endMs = bootstrapExpiryMs(secret);
    if (endMs === Number.POSITIVE_INFINITY) return [];
    if (now < endMs) return [{ do: 'again', delayMs: endMs - now }];
    const options = uid === undefined ? {} : { preconditions: { uid } };
    return [{ do: 'delete', type: secrets, ref: { name, namespace }, options }];
  },
};
