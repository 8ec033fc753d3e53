/**
 * Kubernetes' function libraries for CEL, one file each; `registerLibraries` adds them all to an environment.
 */
import type { Environment } from '@marcbachmann/cel-js';
import { registerAddresses } from './addresses.ts';
import { registerFormats } from './formats.ts';
import { registerLists } from './lists.ts';
import { registerQuantities } from './quantities.ts';
import { registerRegex } from './regex.ts';
import { registerSets } from './sets.ts';
import { registerStrings } from './strings.ts';
import { registerUrls } from './urls.ts';

export function registerLibraries(environment: Environment): void {
  registerLists(environment);
  registerSets(environment);
  registerRegex(environment);
  registerStrings(environment);
  registerQuantities(environment);
  registerUrls(environment);
  registerAddresses(environment);
  registerFormats(environment);
}
