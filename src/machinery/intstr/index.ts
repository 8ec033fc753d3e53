/** Values that are a count or a percentage (`maxUnavailable: 25%`), or a port's number or name. */
export {
  type IntOrString,
  intValueOf,
  parseIntOrString,
  percentOf,
  scaleIntOrPercent,
} from './int-or-string.ts';
