import { customResourceDefinitions } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { statusRules } from './status-rules.ts';

/** The server adds its own rules, which need to know what else is served: see `apiserver/crd`. */
export const customResourceDefinition = defineKind(customResourceDefinitions, {
  takesPlainFinalizers: true,
  requiresResourceVersion: true,
  status: statusRules(),
});
