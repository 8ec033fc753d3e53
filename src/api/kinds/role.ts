import { nameChecks } from '../../machinery/index.ts';
import { roles } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { validatePolicyRules } from './policy-rules.ts';

export const role = defineKind(roles, {
  hasGeneration: false,
  canCreateOnUpdate: true,
  validateName: nameChecks.pathSegment,
  validateCreate: object => validatePolicyRules(object.rules, true),
});
