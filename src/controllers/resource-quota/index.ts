/** What the objects of each namespace take of its ResourceQuotas, added up. Refusing is the API server's. */
export { CustomObjectQuotas } from './custom-object-quotas.ts';
export { resourceQuotaController } from './resource-quota.ts';
