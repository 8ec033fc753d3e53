import { isSemanticallyEqual } from '../../machinery/index.ts';
import { type ServiceAccount, serviceAccounts } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './table-columns.ts';

/** Kubernetes: of the references to Secrets only their names are kept. */
function cleanReferences(account: ServiceAccount): ServiceAccount {
  const secrets = account.secrets?.map(({ name }) => ({ name }));
  return isSemanticallyEqual(secrets, account.secrets) ? account : { ...account, secrets };
}

export const serviceAccount = defineKind(serviceAccounts, {
  hasGeneration: false,
  prepareForCreate: cleanReferences,
  prepareForUpdate: cleanReferences,
  columns: [nameColumn, ageColumn],
});
