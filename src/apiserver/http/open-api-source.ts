/** What `/openapi/v2` and `/openapi/v3` serve; made when first asked for. */
export interface OpenApiSource {
  /** The Swagger 2.0 document as JSON. */
  v2(): string;
  /** The same in gnostic's protobuf, which kubectl before 1.27 reads. */
  v2Protobuf(): Uint8Array;
  /** The OpenAPI 3.0 document of `api/v1` or `apis/GROUP/VERSION`; undefined where nothing is served. */
  v3(path: string): string | undefined;
  /** Changes when the document does, without making it; the document's own hash where absent. */
  v3Hash?(path: string): string | undefined;
  /** The paths that `v3` knows, in order. */
  v3Paths(): readonly string[];
}
