import { compareText, encodeOpenApiV2 } from '../../machinery/index.ts';
import type { OpenApiSource } from '../http/open-api-source.ts';
import { mergeSwagger } from './merge-swagger.ts';
import type { RemoteOpenApi, RemoteOpenApiDocuments } from './remote-open-api.ts';

/** Our OpenAPI documents with those of aggregated servers among them. Kubernetes: kube-aggregator's OpenAPI controllers. */
export class MergedOpenApi implements OpenApiSource {
  readonly #own: OpenApiSource;
  readonly #remote: RemoteOpenApi;
  #merged: { readonly own: string; readonly generation: number; readonly text: string; bytes?: Uint8Array } | undefined;

  constructor(own: OpenApiSource, remote: RemoteOpenApi) {
    this.#own = own;
    this.#remote = remote;
  }

  v2(): string {
    return this.#hasRemotes() ? this.#merge().text : this.#own.v2();
  }

  v2Protobuf(): Uint8Array {
    if (!this.#hasRemotes()) return this.#own.v2Protobuf();
    const merged = this.#merge();
    merged.bytes ??= encodeOpenApiV2(JSON.parse(merged.text));
    return merged.bytes;
  }

  v3(path: string): string | undefined {
    return this.#find(path)?.v3 ?? this.#own.v3(path);
  }

  v3Hash(path: string): string | undefined {
    return this.#find(path)?.v3Hash ?? this.#own.v3Hash?.(path);
  }

  v3Paths(): readonly string[] {
    const remote = [...this.#remote.list()].filter(({ v3 }) => v3 !== undefined).map(({ root }) => root.slice(1));
    if (remote.length === 0) return this.#own.v3Paths();
    return [...new Set([...this.#own.v3Paths(), ...remote])].sort(compareText);
  }

  #hasRemotes(): boolean {
    for (const { v2 } of this.#remote.list()) if (v2 !== undefined) return true;
    return false;
  }

  #find(path: string): RemoteOpenApiDocuments | undefined {
    for (const document of this.#remote.list()) if (document.root.slice(1) === path) return document;
    return undefined;
  }

  #merge(): { readonly text: string; bytes?: Uint8Array } {
    const own = this.#own.v2();
    const { generation } = this.#remote;
    if (this.#merged === undefined || this.#merged.own !== own || this.#merged.generation !== generation) {
      let document = JSON.parse(own);
      for (const { v2, groupRoot } of this.#remote.list()) {
        if (v2 !== undefined) document = mergeSwagger(document, JSON.parse(v2), groupRoot);
      }
      this.#merged = { own, generation, text: JSON.stringify(document) };
    }
    return this.#merged;
  }
}
