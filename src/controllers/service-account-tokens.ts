import { type Secret, type ServiceAccount, secrets, serviceAccounts } from '../api/generated/index.ts';
import { type Client, type Informers, KeyedWorker } from '../client/index.ts';
import { StatusError } from '../machinery/index.ts';
import { encodeBase64Text } from '../machinery/protobuf/index.ts';
import type { World } from '../world/index.ts';

const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const byAccount = 'service-account-token';

/** Signs the token that a Secret is to hold, for an account. */
export type SignSecretToken = (account: ServiceAccount, secretName: string) => Promise<string>;

/**
 * Fills Secrets of type `kubernetes.io/service-account-token` with a token of the account that they name, and deletes
 * them with it. Signing takes time, so this is a worker and no `Controller`.
 *
 * Absent: Secrets whose token nobody has used for a year stay (upstream: legacy-service-account-token-cleaner).
 */
export class ServiceAccountTokens {
  readonly #client: Client;
  readonly #informers: Informers;
  readonly #sign: SignSecretToken;
  /** In base64, as a Secret holds it. */
  readonly #authority: string;
  readonly #worker: KeyedWorker;

  /** `authority`: the certificate authority (PEM) that the token's user is to trust. */
  constructor(world: World, client: Client, informers: Informers, authority: string, sign: SignSecretToken) {
    this.#client = client;
    this.#informers = informers;
    this.#authority = encodeBase64Text(authority);
    this.#sign = sign;
    this.#worker = new KeyedWorker(world, { name: 'tokens-controller', concurrency: 5, work: key => this.#look(key) });
  }

  get isIdle(): boolean {
    return this.#worker.isIdle;
  }

  start(): void {
    this.#informers.addIndex<Secret>({
      type: secrets,
      name: byAccount,
      valuesOf: secret => {
        const account = accountNameOf(secret);
        return account === undefined ? [] : [`${secret.metadata.namespace}/${account}`];
      },
    });
    this.#informers.of(secrets).onChange((secret, previous) => {
      const seen = secret ?? previous;
      const account = seen === undefined ? undefined : accountNameOf(seen);
      if (account !== undefined) this.#add(seen!, account);
    });
    this.#informers.of(serviceAccounts).onChange((account, previous) => {
      if (account !== undefined && account.metadata.uid === previous?.metadata.uid) return;
      const { namespace, name } = (account ?? previous)!.metadata;
      for (const secret of this.#informers.listIndexed(secrets, byAccount, `${namespace}/${name}`)) {
        this.#add(secret, name ?? '');
      }
    });
  }

  stop(): void {
    this.#worker.stop();
  }

  #add({ metadata: { namespace, name } }: Secret, account: string): void {
    this.#worker.add(`${namespace}/${name}/${account}`);
  }

  async #look(key: string): Promise<undefined> {
    const [namespace = '', name = '', accountName = ''] = key.split('/');
    const secret = this.#informers.of(secrets).get(namespace, name);
    if (secret === undefined) await this.#forget(namespace, name, accountName);
    else if (accountNameOf(secret) === accountName) await this.#keep(secret, accountName);
    return undefined;
  }

  /** A Secret that is gone is no longer named by its account. */
  async #forget(namespace: string, name: string, accountName: string): Promise<void> {
    const account = this.#informers.of(serviceAccounts).get(namespace, accountName);
    if (account?.secrets?.some(reference => reference.name === name) !== true) return;
    const remaining = account.secrets.filter(reference => reference.name !== name);
    await this.#client.update<ServiceAccount>(serviceAccounts, { ...account, secrets: remaining });
  }

  async #keep(secret: Secret, accountName: string): Promise<void> {
    const account = await this.#findAccount(secret, accountName);
    if (account === undefined) return this.#delete(secret);
    const filled = await this.#fill(secret, account);
    if (filled !== secret) await this.#client.update(secrets, filled);
  }

  /** Asks the server before a Secret is deleted for what the view may not have seen yet. */
  async #findAccount({ metadata }: Secret, name: string): Promise<ServiceAccount | undefined> {
    const uid = metadata.annotations?.[uidAnnotation] ?? '';
    const isRight = (account: ServiceAccount): boolean => uid === '' || account.metadata.uid === uid;
    const seen = this.#informers.of(serviceAccounts).get(metadata.namespace, name);
    if (seen !== undefined && isRight(seen)) return seen;
    try {
      const found = await this.#client.get(serviceAccounts, { namespace: metadata.namespace, name });
      return isRight(found) ? found : undefined;
    } catch (error) {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  async #delete({ metadata: { namespace, name = '', uid } }: Secret): Promise<void> {
    try {
      const options = uid === undefined ? {} : { preconditions: { uid } };
      await this.#client.delete(secrets, { namespace, name }, options);
    } catch (error) {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict')) throw error;
    }
  }

  /** The same instance where nothing is missing. */
  async #fill(secret: Secret, account: ServiceAccount): Promise<Secret> {
    const { data = {}, metadata } = secret;
    const hasAll = data['ca.crt'] === this.#authority && Boolean(data['namespace']) && Boolean(data['token']);
    if (hasAll) return secret;
    const { name = '', uid = '' } = account.metadata;
    return {
      ...secret,
      metadata: { ...metadata, annotations: { ...metadata.annotations, [nameAnnotation]: name, [uidAnnotation]: uid } },
      data: {
        ...data,
        'ca.crt': this.#authority,
        namespace: data['namespace'] || encodeBase64Text(metadata.namespace ?? ''),
        token: data['token'] || encodeBase64Text(await this.#sign(account, metadata.name ?? '')),
      },
    };
  }
}

/** The account whose token a Secret is to hold; undefined for Secrets of other types. */
function accountNameOf({ type, metadata }: Secret): string | undefined {
  const name = type === tokenType ? metadata.annotations?.[nameAnnotation] : undefined;
  return name === '' ? undefined : name;
}
