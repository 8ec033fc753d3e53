import { roleBindings } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { bindingRules } from './role-bindings.ts';

export const roleBinding = defineKind(roleBindings, bindingRules(['Role', 'ClusterRole'], true));
