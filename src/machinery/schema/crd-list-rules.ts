import { type FieldError, fieldError } from '../field-error.ts';
import { itemsOf, type JsonSchema } from './json-schema.ts';

function checkTypeIs(schema: JsonSchema, type: string, path: string, because: string, errors: FieldError[]): boolean {
  if (schema.type === type) return true;
  const detail = `must be ${type} if ${because}`;
  errors.push(
    schema.type === undefined || schema.type === ''
      ? fieldError.required(`${path}.type`, detail)
      : fieldError.invalid(`${path}.type`, schema.type, detail),
  );
  return false;
}

export function checkMapType(schema: JsonSchema, path: string, errors: FieldError[]): void {
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType === undefined) return;
  checkTypeIs(schema, 'object', path, 'x-kubernetes-map-type is specified', errors);
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(fieldError.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
}

export function checkListType(schema: JsonSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType === undefined) return;
  const isArray = checkTypeIs(schema, 'array', path, 'x-kubernetes-list-type is specified', errors);
  const items = itemsOf(schema);
  if (isArray && listType === 'set' && items !== undefined) checkSetItems(items, path, errors);
  if (listType !== 'atomic' && listType !== 'set' && listType !== 'map') {
    errors.push(fieldError.notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
}

function checkSetItems(items: JsonSchema, path: string, errors: FieldError[]): void {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items['x-kubernetes-list-type'];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    errors.push(fieldError.invalid(`${path}.items.x-kubernetes-list-type`, listType, detail));
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    errors.push(fieldError.invalid(`${path}.items.x-kubernetes-map-type`, listType, detail));
  }
}

export function checkListKeys(schema: JsonSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    errors.push(
      listType === undefined ? fieldError.required(field, detail) : fieldError.invalid(field, listType, detail),
    );
  }
  checkNullableItems(schema, path, errors);
  if (listType !== 'map') return;
  if (keys.length === 0) {
    const detail = 'must not be empty if x-kubernetes-list-type is map';
    errors.push(fieldError.required(`${path}.x-kubernetes-list-map-keys`, detail));
  }
  const items = itemsOf(schema);
  if (items === undefined) {
    errors.push(fieldError.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  } else if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(fieldError.invalid(`${path}.items.type`, items.type ?? '', detail));
  } else checkKeyProperties(items, keys, path, errors);
}

function checkNullableItems(schema: JsonSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  if ((listType !== 'set' && listType !== 'map') || itemsOf(schema)?.nullable !== true) return;
  const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
  errors.push(fieldError.forbidden(`${path}.items.nullable`, detail));
}

function checkKeyProperties(items: JsonSchema, keys: readonly string[], path: string, errors: FieldError[]): void {
  const field = `${path}.x-kubernetes-list-map-keys`;
  const isRequired = (key: string): boolean => items.required?.includes(key) === true;
  keys.forEach((key, index) => {
    const property = items.properties?.[key];
    const keyPath = `${path}.items.properties[${key}]`;
    if (property === undefined) {
      errors.push(fieldError.invalid(field, keys, 'entries must all be names of item properties'));
    } else {
      if (property.type === 'array' || property.type === 'object') {
        const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
        errors.push(fieldError.invalid(`${keyPath}.type`, items.type, detail));
      }
      if (property.default === undefined && !isRequired(key)) {
        const detail =
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
        errors.push(fieldError.required(`${keyPath}.default`, detail));
      }
      if (property.nullable === true) {
        const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
        errors.push(fieldError.forbidden(`${keyPath}.nullable`, detail));
      }
    }
    if (keys.indexOf(key) < index) errors.push(fieldError.invalid(field, keys, 'must not contain duplicate entries'));
  });
}
