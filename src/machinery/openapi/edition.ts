/** Which OpenAPI: they differ in where definitions stand and in what a schema may say. */
export type Edition = 'v2' | 'v3';

export function referenceTo(edition: Edition, definition: string): string {
  return edition === 'v2' ? `#/definitions/${definition}` : `#/components/schemas/${definition}`;
}
