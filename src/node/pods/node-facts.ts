import type { Node } from '../../api/generated/index.ts';

/** What pods need to know of the node that they run on. Kept by whoever reports the node. */
export interface NodeFacts {
  /** One a family, the primary first. */
  readonly hostIPs: readonly string[];
  readonly memoryCapacityBytes: number;
  readonly allocatable: Readonly<Record<string, string>>;
  /** As the API server has it; undefined before it is registered. */
  readonly node: Node | undefined;
  /** Why pods cannot have a network now; undefined when they can. */
  readonly networkProblem: string | undefined;
  readonly runtimeProblem: string | undefined;
}
