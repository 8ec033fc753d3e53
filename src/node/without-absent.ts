type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

/** The fields that have a value: for ports whose optional fields must not be there at all when they are absent. */
export function withoutAbsent<T extends object>(fields: Loose<T>): T {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) out[name] = value;
  return out as T;
}
