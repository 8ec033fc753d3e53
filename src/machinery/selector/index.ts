/**
 * Label and field selectors: text and object forms, matching, printing, and the requirements that indexes can serve.
 * Does not know which fields a kind can be selected by.
 *
 * Start reading at `label-matcher.ts`; `label-selector-text.ts` and `label-selector-object.ts` build one.
 */
export {
  escapeFieldValue,
  everyField,
  FieldMatcher,
  type FieldRequirement,
  parseFieldSelector,
} from './field-selector.ts';
export { everyLabel, LabelMatcher, matchLabelSet, matchLabels, noLabel } from './label-matcher.ts';
export { formatRequirement, type LabelOperator, type LabelRequirement, type Labels } from './label-requirement.ts';
export {
  compileLabelSelector,
  formatLabelSelector,
  type LabelSelectorExpression,
  type LabelSelectorObject,
  type LabelSelectorOptions,
  readLabelSelector,
  validateLabelSelector,
} from './label-selector-object.ts';
export { parseLabelSelector } from './label-selector-text.ts';
export type { Parsed } from './parsed.ts';
