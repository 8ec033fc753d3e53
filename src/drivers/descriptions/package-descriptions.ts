import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Descriptions } from '../../machinery/index.ts';
import { declarationModule } from './declaration-file.ts';
import { readDeclarationTexts } from './declaration-texts.ts';

const none: ReadonlyMap<string, string> = new Map();
/** Where the package, which gives kinds' names as constants, has the texts that they share. */
const typeFields: Readonly<Record<string, string>> = { apiVersion: 'apiVersion', kind: 'kind' };
const typeFieldsOwner = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

/**
 * Descriptions of built-in kinds from the declaration files of `kubernetes-models`, which is generated from the OpenAPI
 * document of the same release of Kubernetes. Each file is read when its definition is first asked for, synchronously:
 * OpenAPI documents are made in one go, once.
 */
export class PackageDescriptions implements Descriptions {
  readonly #texts = new Map<string, ReadonlyMap<string, string>>();

  describe(definition: string, field = ''): string | undefined {
    const texts = this.#textsOf(definition);
    return texts.get(field) ?? (texts === none ? undefined : this.#describeTypeField(field));
  }

  #describeTypeField(field: string): string | undefined {
    const shared = typeFields[field];
    return shared === undefined ? undefined : this.#textsOf(typeFieldsOwner).get(shared);
  }

  #textsOf(definition: string): ReadonlyMap<string, string> {
    let texts = this.#texts.get(definition);
    if (texts === undefined) {
      texts = readTexts(definition);
      this.#texts.set(definition, texts);
    }
    return texts;
  }
}

function readTexts(definition: string): ReadonlyMap<string, string> {
  const name = declarationModule(definition);
  if (name === undefined) return none;
  const [, owner = '', path = ''] = /^((?:@[^/]+\/)?[^/]+)\/(.+)$/.exec(name) ?? [];
  const file = fileURLToPath(new URL(`${path}.d.ts`, import.meta.resolve(`${owner}/package.json`)));
  return existsSync(file) ? readDeclarationTexts(readFileSync(file, 'utf8')) : none;
}
