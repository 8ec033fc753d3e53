import { ProtobufWriter } from './protobuf-writer.ts';
import type { JsonNode } from './published-resource.ts';

/**
 * A Swagger 2.0 document in gnostic's protobuf (`openapi.v2.Document`), which kubectl up to 1.26 and helm ask for.
 * Numbers are those of gnostic's OpenAPIv2.proto. Only what our documents contain is encoded.
 */
export function encodeOpenApiV2(document: JsonNode): Uint8Array {
  const writer = new ProtobufWriter();
  const info = node(document['info']);
  writer
    .string(1, document['swagger'])
    .message(2, out => out.string(1, info['title']).string(2, info['version']))
    .message(8, out => writeNamed(out, 2, document['paths'], writePathItem))
    .message(9, out => writeNamed(out, 1, document['definitions'], writeSchema));
  for (const requirement of list(document['security'])) {
    writer.message(12, out => writeNamed(out, 1, requirement, (value, names) => value.strings(1, names)));
  }
  writer.message(13, out =>
    writeNamed(out, 1, document['securityDefinitions'], (item, definition) =>
      item.message(2, key => writeApiKey(key, definition)),
    ),
  );
  return writer.finish();
}

type Write = (writer: ProtobufWriter, value: unknown) => void;

function node(value: unknown): JsonNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonNode) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Maps are lists of `{ name = 1, value = 2 }`. */
function writeNamed(writer: ProtobufWriter, field: number, map: unknown, write: Write): void {
  for (const [name, value] of Object.entries(node(map))) {
    writer.message(field, entry => {
      entry.requiredString(1, name).message(2, out => write(out, value));
    });
  }
}

/** Kubernetes' extensions are kept as YAML, of which JSON is a part. */
function writeExtensions(writer: ProtobufWriter, field: number, owner: JsonNode): void {
  for (const name of Object.keys(owner)) {
    if (!name.startsWith('x-')) continue;
    writer.message(field, entry => {
      entry.string(1, name).message(2, any => writeAny(any, owner[name]));
    });
  }
}

function writeAny(writer: ProtobufWriter, value: unknown): void {
  writer.string(2, `${JSON.stringify(value)}\n`);
}

function writeApiKey(writer: ProtobufWriter, value: unknown): void {
  const key = node(value);
  writer.string(1, key['type']).string(2, key['name']).string(3, key['in']).string(4, key['description']);
}

const methods: readonly (readonly [string, number])[] = [
  ['get', 2],
  ['put', 3],
  ['post', 4],
  ['delete', 5],
  ['options', 6],
  ['head', 7],
  ['patch', 8],
];

function writePathItem(writer: ProtobufWriter, value: unknown): void {
  const item = node(value);
  for (const [method, field] of methods) {
    if (item[method] !== undefined) writer.message(field, out => writeOperation(out, node(item[method])));
  }
  for (const parameter of list(item['parameters'])) writer.message(9, out => writeParameter(out, node(parameter)));
  writeExtensions(writer, 10, item);
}

function writeOperation(writer: ProtobufWriter, operation: JsonNode): void {
  writer
    .strings(1, operation['tags'])
    .string(3, operation['description'])
    .string(5, operation['operationId'])
    .strings(6, operation['produces'])
    .strings(7, operation['consumes']);
  for (const parameter of list(operation['parameters'])) writer.message(8, out => writeParameter(out, node(parameter)));
  writer.message(9, out =>
    writeNamed(out, 1, operation['responses'], (value, response) =>
      value.message(1, inner => writeResponse(inner, node(response))),
    ),
  );
  writer.strings(10, operation['schemes']);
  writeExtensions(writer, 13, operation);
}

function writeResponse(writer: ProtobufWriter, response: JsonNode): void {
  writer.string(1, response['description']);
  const schema = response['schema'];
  if (schema !== undefined) writer.message(2, item => item.message(1, out => writeSchema(out, schema)));
}

/** `ParametersItem { parameter = 1 { body_parameter = 1, non_body_parameter = 2 { query = 3, path = 4 } } }`. */
function writeParameter(writer: ProtobufWriter, parameter: JsonNode): void {
  writer.message(1, choice => {
    if (parameter['in'] === 'body') choice.message(1, out => writeBodyParameter(out, parameter));
    else {
      const isQuery = parameter['in'] === 'query';
      choice.message(2, out =>
        out.message(isQuery ? 3 : 4, scalar => writeScalarParameter(scalar, parameter, isQuery)),
      );
    }
  });
}

function writeBodyParameter(writer: ProtobufWriter, parameter: JsonNode): void {
  writer
    .string(1, parameter['description'])
    .string(2, parameter['name'])
    .string(3, parameter['in'])
    .boolean(4, parameter['required'])
    .message(5, out => writeSchema(out, parameter['schema']));
}

function writeScalarParameter(writer: ProtobufWriter, parameter: JsonNode, isQuery: boolean): void {
  writer
    .boolean(1, parameter['required'])
    .string(2, parameter['in'])
    .string(3, parameter['description'])
    .string(4, parameter['name'])
    .string(isQuery ? 6 : 5, parameter['type'])
    .boolean(isQuery ? 20 : 18, parameter['uniqueItems']);
}

function writeSchema(writer: ProtobufWriter, value: unknown): void {
  const schema = node(value);
  writer
    .string(1, schema['$ref'])
    .string(2, schema['format'])
    .string(3, schema['title'])
    .string(4, schema['description']);
  if (schema['default'] !== undefined) writer.message(5, any => writeAny(any, schema['default']));
  writer
    .double(6, schema['multipleOf'])
    .double(7, schema['maximum'])
    .boolean(8, schema['exclusiveMaximum'])
    .double(9, schema['minimum'])
    .boolean(10, schema['exclusiveMinimum'])
    .integer(11, schema['maxLength'])
    .integer(12, schema['minLength'])
    .string(13, schema['pattern'])
    .integer(14, schema['maxItems'])
    .integer(15, schema['minItems'])
    .boolean(16, schema['uniqueItems'])
    .integer(17, schema['maxProperties'])
    .integer(18, schema['minProperties'])
    .strings(19, schema['required']);
  for (const allowed of list(schema['enum'])) writer.message(20, any => writeAny(any, allowed));
  writeStructure(writer, schema);
  if (schema['example'] !== undefined) writer.message(30, any => writeAny(any, schema['example']));
  writeExtensions(writer, 31, schema);
}

function writeStructure(writer: ProtobufWriter, schema: JsonNode): void {
  const { additionalProperties, type, items, properties } = schema as Readonly<Record<string, unknown>>;
  if (typeof additionalProperties === 'boolean') writer.message(21, item => item.boolean(2, additionalProperties));
  else if (additionalProperties !== undefined) {
    writer.message(21, item => item.message(1, out => writeSchema(out, additionalProperties)));
  }
  if (typeof type === 'string') writer.message(22, item => item.strings(1, [type]));
  if (items !== undefined) writer.message(23, item => item.message(1, out => writeSchema(out, items)));
  if (properties !== undefined) writer.message(25, out => writeNamed(out, 1, properties, writeSchema));
}
