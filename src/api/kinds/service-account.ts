import { serviceAccounts } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './table-columns.ts';

export const serviceAccount = defineKind(serviceAccounts, {
  hasGeneration: false,
  columns: [nameColumn, ageColumn],
});
