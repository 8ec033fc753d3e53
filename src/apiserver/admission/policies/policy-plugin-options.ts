import type { PolicyExpressions } from '../../../machinery/cel/index.ts';
import type { Authorizer, ResourceRegistry } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';

export interface PolicyPluginOptions {
  readonly view: ObjectView;
  readonly resources: () => ResourceRegistry;
  readonly authorizer: Authorizer;
  /** Loads CEL, once. */
  readonly loadExpressions: () => Promise<PolicyExpressions>;
}
