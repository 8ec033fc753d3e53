import type { ValueSealing } from '../../storage/index.ts';
import { prefixOfKey, registryPrefix } from '../../storage/index.ts';
import {
  type EncryptedResources,
  type EncryptionConfiguration,
  keyedProviders,
  type ProviderConfiguration,
  parseResource,
} from './encryption-configuration.ts';
import { EncryptionConfigurationError } from './encryption-error.ts';
import { createAesCbc, createAesGcm, createSecretbox, type Sealer } from './sealer.ts';

/** What everything sealed begins with. */
const sealedPrefix = 'k8s:enc:';

const creators = { aesgcm: createAesGcm, aescbc: createAesCbc, secretbox: createSecretbox };

const clear: Sealer = {
  prefix: '',
  key: Buffer.alloc(0),
  seal: text => text,
  open: text => text,
};

/** How one resource is sealed: by the first, and opened by all. */
type Sealers = readonly [Sealer, ...Sealer[]];

/**
 * Seals values on their way to the disk and opens them when they are read from there, as a configuration says for each
 * resource. In memory everything is in clear.
 */
export class ValueEncryption implements ValueSealing {
  #entries: readonly Entry[];
  /** By the resource's path, so that each write costs one lookup. */
  #byResource = new Map<string, Sealers>();
  /** With what the current value of each object of a configured resource is sealed. */
  readonly #sealedBy = new Map<string, string>();

  constructor(configuration: EncryptionConfiguration) {
    this.#entries = configuration.resources.map(readEntry);
  }

  seal(text: string, key: string): string {
    const [sealer] = this.#sealersOf(key);
    if (sealer === clear) return text;
    return sealer.prefix + sealer.seal(Buffer.from(text), key).toString('base64');
  }

  open(stored: string, key: string): string {
    if (!stored.startsWith(sealedPrefix)) return stored;
    const problems: string[] = [];
    for (const sealer of this.#sealersOf(key)) {
      if (sealer === clear || !stored.startsWith(sealer.prefix)) continue;
      try {
        return sealer.open(Buffer.from(stored.slice(sealer.prefix.length), 'base64'), key).toString();
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    const named = stored.slice(0, stored.lastIndexOf(':') + 1);
    const why = problems.length === 0 ? 'no key of that name is configured for this resource' : problems.join(', ');
    throw new Error(`it is encrypted with ${named} and cannot be decrypted: ${why}`);
  }

  note(key: string, stored: string | undefined): void {
    if (stored === undefined) this.#sealedBy.delete(key);
    else if (this.#isConfigured(key) || stored.startsWith(sealedPrefix)) this.#sealedBy.set(key, prefixOf(stored));
  }

  isStale(key: string): boolean {
    const prefix = this.#sealedBy.get(key);
    return prefix !== undefined && prefix !== this.#sealersOf(key)[0].prefix;
  }

  /**
   * Goes by another configuration from now on. Throws, and changes nothing, when it would leave values on the disk that
   * nobody can open at the next start.
   */
  replace(configuration: EncryptionConfiguration): void {
    const next = new ValueEncryption(configuration);
    for (const [key, prefix] of this.#sealedBy) {
      if (prefix === '') continue;
      const known = this.#sealersOf(key).find(sealer => sealer.prefix === prefix);
      const kept = next.#sealersOf(key).some(sealer => sealer.prefix === prefix && known?.key.equals(sealer.key));
      if (!kept) throw new EncryptionConfigurationError(`${key} is encrypted with ${prefix}, which would be lost`);
    }
    this.#entries = next.#entries;
    this.#byResource = new Map();
  }

  #isConfigured(key: string): boolean {
    const sealers = this.#sealersOf(key);
    return sealers.length > 1 || sealers[0] !== clear;
  }

  #sealersOf(key: string): Sealers {
    const path = prefixOfKey(key) ?? '';
    let sealers = this.#byResource.get(path);
    if (sealers === undefined) {
      const [group = '', resource = ''] = path.slice(registryPrefix.length).split('/');
      const entry = this.#entries.find(one => one.includes(group === 'core' ? '' : group, resource));
      sealers = entry?.sealers ?? [clear];
      this.#byResource.set(path, sealers);
    }
    return sealers;
  }
}

interface Entry {
  readonly sealers: Sealers;
  includes(group: string, resource: string): boolean;
}

function readEntry({ resources, providers }: EncryptedResources): Entry {
  const wanted = resources.map(parseResource);
  return {
    sealers: providers.flatMap(readProvider) as unknown as Sealers,
    // Kubernetes: events of both groups are stored in one.
    includes: (group, resource) =>
      wanted.some(
        one => (one.group === '*' || one.group === group) && (one.resource === '*' || one.resource === resource),
      ),
  };
}

function readProvider(provider: ProviderConfiguration): readonly Sealer[] {
  for (const name of keyedProviders) {
    const found = provider[name];
    if (found !== undefined) return found.keys.map(key => creators[name](key.name, Buffer.from(key.secret, 'base64')));
  }
  return [clear];
}

function prefixOf(stored: string): string {
  return stored.startsWith(sealedPrefix) ? stored.slice(0, stored.lastIndexOf(':') + 1) : '';
}
