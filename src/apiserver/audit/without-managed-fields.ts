interface WithMetadata {
  readonly metadata?: { readonly managedFields?: unknown } | undefined;
  readonly items?: readonly unknown[] | undefined;
  readonly rows?: readonly { readonly object?: unknown }[] | undefined;
}

/** An object, or the objects of a list or a table, without what tells who manages which field. */
export function withoutManagedFields(object: unknown): unknown {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return object;
  const { metadata, items, rows } = object as WithMetadata;
  return {
    ...object,
    ...(metadata?.managedFields === undefined ? {} : { metadata: { ...metadata, managedFields: undefined } }),
    ...(Array.isArray(items) ? { items: items.map(withoutManagedFields) } : {}),
    ...(Array.isArray(rows) ? { rows: rows.map(row => ({ ...row, object: withoutManagedFields(row.object) })) } : {}),
  };
}
