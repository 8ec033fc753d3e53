import { readFile } from 'node:fs/promises';
import type { Log } from '../../world/index.ts';
import { parseEncryptionConfiguration } from './encryption-configuration.ts';
import { EncryptionConfigurationError } from './encryption-error.ts';
import { ValueEncryption } from './value-encryption.ts';

/** Kubernetes: `EncryptionConfigFileChangePollDuration`. */
const pollIntervalMs = 60_000;

export interface OpenEncryptionOptions {
  readonly path: string;
  /** Whether the file is read again when it changes. */
  readonly isReloaded?: boolean | undefined;
  readonly log: Log;
  readonly pollIntervalMs?: number | undefined;
}

/** Encryption as a file configures it, now and, if asked, whenever the file changes. */
export class OpenEncryption {
  readonly values: ValueEncryption;
  readonly #options: OpenEncryptionOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  #text: string;
  #reloads = { success: 0, failure: 0 };

  private constructor(options: OpenEncryptionOptions, text: string, values: ValueEncryption) {
    this.#options = options;
    this.#text = text;
    this.values = values;
    if (options.isReloaded !== true) return;
    this.#timer = setInterval(() => void this.reload(), options.pollIntervalMs ?? pollIntervalMs);
    this.#timer.unref();
  }

  /** Throws an `EncryptionConfigurationError` naming the file and what is wrong with it. */
  static async open(options: OpenEncryptionOptions): Promise<OpenEncryption> {
    const { path } = options;
    try {
      const text = await readFile(path, 'utf8');
      return new OpenEncryption(options, text, new ValueEncryption(await parseEncryptionConfiguration(text)));
    } catch (error) {
      const why = (error as Error).message;
      throw new EncryptionConfigurationError(
        `error while parsing encryption provider configuration file "${path}": ${why}`,
        {
          cause: error,
        },
      );
    }
  }

  /** Never rejects: a file that cannot be used leaves everything as it was. */
  async reload(): Promise<void> {
    const { path, log } = this.#options;
    try {
      const text = await readFile(path, 'utf8');
      if (text === this.#text) return;
      this.values.replace(await parseEncryptionConfiguration(text));
      this.#text = text;
      this.#reloads.success++;
      log.info('the encryption configuration was read again', { path });
    } catch (error) {
      this.#reloads.failure++;
      log.error('the encryption configuration has changed and cannot be used; the old one stays', { path, error });
    }
  }

  /** Kubernetes: `apiserver_encryption_config_controller_*`. */
  formatMetrics(): string {
    const name = 'apiserver_encryption_config_controller_automatic_reloads_total';
    const help =
      'Total number of reload successes and failures of encryption configuration split by apiserver identity.';
    return [
      `# HELP ${name} [ALPHA] ${help}`,
      `# TYPE ${name} counter`,
      ...Object.entries(this.#reloads).map(([status, count]) => `${name}{status="${status}"} ${count}`),
      '',
    ].join('\n');
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
