/** Kubernetes: `intstr.IntOrString`: a count, or a percentage such as `25%`, or a port's name. */
export type IntOrString = number | string;

const integerShape = /^[+-]?[0-9]+$/;
const percentShape = /^([+-]?[0-9]+)%$/;

/** Kubernetes: `intstr.Parse`: a number when the text is one. */
export function parseIntOrString(text: string): IntOrString {
  return integerShape.test(text) ? Number(text) : text;
}

/** Kubernetes: `IntOrString.IntValue`: 0 for a text that is no number. */
export function intValueOf(value: IntOrString): number {
  if (typeof value === 'number') return value;
  return integerShape.test(value) ? Number(value) : 0;
}

/** The number before `%`; undefined when the value is no percentage. */
export function percentOf(value: IntOrString | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const match = percentShape.exec(value);
  return match === null ? undefined : Number(match[1]);
}

/**
 * The count that an absolute value or a share of `total` stands for; undefined for a text that is no percentage.
 * Kubernetes: `GetScaledValueFromIntOrPercent`.
 */
export function scaleIntOrPercent(value: IntOrString, total: number, shouldRoundUp: boolean): number | undefined {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) return undefined;
  const scaled = (percent * total) / 100;
  return shouldRoundUp ? Math.ceil(scaled) : Math.floor(scaled);
}
