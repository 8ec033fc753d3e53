import { Environment } from '@marcbachmann/cel-js';
import { registerAddresses } from './libraries/addresses.ts';
import { registerFormats } from './libraries/formats.ts';
import { registerLists } from './libraries/lists.ts';
import { registerQuantities } from './libraries/quantities.ts';
import { registerRegex } from './libraries/regex.ts';
import { registerSets } from './libraries/sets.ts';
import { registerStrings } from './libraries/strings.ts';
import { registerUrls } from './libraries/urls.ts';

/**
 * CEL with the functions that Kubernetes' rules may call. Absent, because the library cannot express them: macros over
 * two variables (`transformMap`, `all(i, v, …)`), `sortBy`, `ip.isCanonical`, semver, the authorizer, and cost limits.
 */
export function createCelEnvironment(): Environment {
  const environment = new Environment({
    enableOptionalTypes: true,
    // Differs from Kubernetes: mixed lists are accepted, because `format` takes them.
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 10_000, maxDepth: 200 },
  });
  for (const register of [
    registerLists,
    registerSets,
    registerRegex,
    registerStrings,
    registerQuantities,
    registerUrls,
    registerAddresses,
    registerFormats,
  ]) {
    register(environment);
  }
  return environment;
}
