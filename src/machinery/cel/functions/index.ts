/**
 * What the functions of Kubernetes' rules compute. Their types are in `language/standard-declarations.ts`; a name has one
 * body, which looks at what it is given.
 *
 * The authorizer is asked in `../policies`. Start reading at `operators.ts`.
 */
import type { Functions } from '../language/program.ts';
import { addresses } from './addresses.ts';
import { conversions } from './conversions.ts';
import { lists } from './lists.ts';
import { namedFormats } from './named-formats.ts';
import { operators } from './operators.ts';
import { quantities } from './quantities.ts';
import { semvers } from './semvers.ts';
import { strings } from './strings.ts';
import { times } from './times.ts';
import { urls } from './urls.ts';

export { findFailingConversion } from './constant-conversions.ts';
export { readDuration } from './conversions.ts';
export { checkLiterals } from './literal-checks.ts';
export { readTimestamp } from './times.ts';

export const standardFunctions: Functions = {
  ...operators,
  ...conversions,
  ...times,
  ...strings,
  ...lists,
  ...addresses,
  ...quantities,
  ...semvers,
  ...urls,
  ...namedFormats,
};
