import { clusterRoleBindings } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { bindingRules } from './role-bindings.ts';

export const clusterRoleBinding = defineKind(clusterRoleBindings, bindingRules(['ClusterRole'], false));
