import type { PolicyRulesWithSubjects } from '../../api/generated/index.ts';
import { parseServiceAccountUser } from '../auth/service-account-name.ts';
import type { UserInfo } from '../core-contract.ts';

type FlowSubject = PolicyRulesWithSubjects['subjects'][number];

/** Kubernetes: `matchesASubject`. */
export function includesSubject(subjects: readonly FlowSubject[], user: UserInfo): boolean {
  return subjects.some(subject => isSubject(subject, user));
}

function isSubject({ kind, user, group, serviceAccount }: FlowSubject, { username, groups }: UserInfo): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === username);
    case 'Group':
      return group !== undefined && (group.name === '*' || groups.includes(group.name));
    case 'ServiceAccount': {
      const account = parseServiceAccountUser(username);
      if (serviceAccount === undefined || account === undefined) return false;
      const isNamed = serviceAccount.name === '*' || serviceAccount.name === account.name;
      return isNamed && serviceAccount.namespace === account.namespace;
    }
    default:
      return false;
  }
}
