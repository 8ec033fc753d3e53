import type { FieldSchema, ObjectSchema } from '../schema/schema.ts';

/** Where the fields of a message and of the messages nested in it go: by number. */
export interface Layout {
  readonly fields: ReadonlyMap<number, FieldSchema>;
  /** Go embeds a struct: JSON inlines its fields, protobuf nests a message. */
  readonly nested: ReadonlyMap<number, Layout>;
}

/** Fields without a number (`apiVersion` and `kind`) travel elsewhere and have no place. */
export function layOut(schema: ObjectSchema): Layout {
  return buildLayout([...schema.fields.values()], 0);
}

function buildLayout(fields: readonly FieldSchema[], depth: number): Layout {
  const own = new Map<number, FieldSchema>();
  const inner = new Map<number, FieldSchema[]>();
  for (const field of fields) {
    const parent = field.protobufParents?.[depth];
    if (parent === undefined) {
      if (field.protobufNumber > 0) own.set(field.protobufNumber, field);
    } else {
      const list = inner.get(parent);
      if (list === undefined) inner.set(parent, [field]);
      else list.push(field);
    }
  }
  const nested = new Map([...inner].map(([number, list]) => [number, buildLayout(list, depth + 1)] as const));
  return { fields: own, nested };
}
