import { buildPrograms } from '../peers/build-programs.ts';

/** The programs of upstream that run its suite, each built once. */
export interface Suite {
  readonly e2e: string;
  readonly ginkgo: string;
  readonly kubectl: string;
}

/**
 * Builds upstream's suite, the runner that it is written for and kubectl from their Go modules, under `cache`. Takes ten
 * minutes or more the first time, with low priority; nothing when the programs are there.
 */
export async function buildSuite(cache: string): Promise<Suite> {
  const built = await buildPrograms(['ginkgo', 'e2e.test', 'kubectl'], cache);
  return { e2e: built['e2e.test'], ginkgo: built.ginkgo, kubectl: built.kubectl };
}
