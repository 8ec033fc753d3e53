import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Descriptions } from '../../machinery/index.ts';
import { readDeclarationTexts } from './declaration-texts.ts';
import { candidateModelNames } from './model-name.ts';

const none: ReadonlyMap<string, string> = new Map();

/**
 * Descriptions of built-in kinds from the declaration files of `@kubernetes/client-node`, which is generated from the
 * same release of Kubernetes. Each file is read when its definition is first asked for, synchronously: OpenAPI documents
 * are made in one go, once.
 */
export class PackageDescriptions implements Descriptions {
  readonly #folder: string;
  readonly #texts = new Map<string, ReadonlyMap<string, string>>();

  /** `folder` holds the declaration files of the models; default: those of the installed package. */
  constructor(folder = fileURLToPath(new URL('gen/models/', import.meta.resolve('@kubernetes/client-node')))) {
    this.#folder = folder;
  }

  describe(definition: string, field = ''): string | undefined {
    let texts = this.#texts.get(definition);
    if (texts === undefined) {
      texts = this.#read(definition);
      this.#texts.set(definition, texts);
    }
    return texts.get(field);
  }

  #read(definition: string): ReadonlyMap<string, string> {
    for (const name of candidateModelNames(definition)) {
      const path = `${this.#folder}${name}.d.ts`;
      if (existsSync(path)) return readDeclarationTexts(readFileSync(path, 'utf8'));
    }
    return none;
  }
}
