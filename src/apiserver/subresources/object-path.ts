import { isJsonObject, type KubeObject } from '../../machinery/index.ts';

/** What stands at a dotted path such as `.spec.replicas` (the leading dot is CRDs' way of writing it). */
export function readPath(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const name of fieldsOf(path)) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

/** The object with `value` at the path. */
export function writePath(object: KubeObject, path: string, value: unknown): KubeObject {
  return setIn(object, fieldsOf(path), value) as KubeObject;
}

function fieldsOf(path: string): readonly string[] {
  return (path.startsWith('.') ? path.slice(1) : path).split('.');
}

function setIn(target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  const object = isJsonObject(target) ? target : {};
  const inner = rest.length === 0 ? value : setIn(object[name!], rest, value);
  return object[name!] === inner ? object : { ...object, [name!]: inner };
}
