/**
 * Where the texts of `kubectl explain` come from. The core holds none: a driver reads them from a package that has them,
 * when OpenAPI is first asked for.
 */
export interface Descriptions {
  /** The text of a definition (`io.k8s.api.core.v1.PodSpec`), or of one of its fields. Undefined where there is none. */
  describe(definition: string, field?: string): string | undefined;
}

export const noDescriptions: Descriptions = { describe: () => undefined };
