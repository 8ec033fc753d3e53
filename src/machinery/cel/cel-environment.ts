import { Environment } from '@marcbachmann/cel-js';
import { registerLibraries } from './libraries/index.ts';

/**
 * CEL with the functions that Kubernetes' rules may call. Absent, because the library cannot express them: macros over
 * two variables (`transformMap`, `all(i, v, …)`), `sortBy`, `ip.isCanonical`, semver, and cost limits of CRDs' rules.
 */
export function createCelEnvironment(): Environment {
  const environment = new Environment({
    enableOptionalTypes: true,
    // Differs from Kubernetes: mixed lists are accepted, because `format` takes them.
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 10_000, maxDepth: 200 },
  });
  registerLibraries(environment);
  return environment;
}
