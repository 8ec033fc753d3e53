import { type Secret, secrets, serviceAccounts } from '../../../api/generated/index.ts';
import { decodeBase64Text } from '../../../machinery/protobuf/index.ts';
import { type Clock, formatTime } from '../../../world/index.ts';
import type { UserInfo } from '../../core-contract.ts';
import type { ObjectView } from '../../object-view.ts';
import { formatServiceAccountUser, parseServiceAccountUser, serviceAccountGroups } from '../service-account-name.ts';
import { groups } from '../well-known-users.ts';
import type { LegacyTokenClaims } from './token-signer.ts';

const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';
const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
const prefix = 'kubernetes.io/serviceaccount';
const dayMs = 24 * 60 * 60 * 1000;

/** Writes the label that tells on which day (`2026-11-20`) a Secret's token was used last. */
export type NoteSecretUse = (secret: Secret, label: Readonly<Record<string, string>>) => void;

/** What a token from a Secret proves, or why it proves nothing. */
export type LegacyOutcome =
  | { readonly user: UserInfo; readonly problem?: undefined }
  | { readonly problem: string; readonly user?: undefined };

/** One instance for all requests with this token: decisions about it are remembered by identity. */
export function legacyUser(claims: LegacyTokenClaims): UserInfo {
  const namespace = claims[`${prefix}/namespace`];
  return {
    username: formatServiceAccountUser({ namespace, name: claims[`${prefix}/service-account.name`] }),
    uid: claims[`${prefix}/service-account.uid`],
    groups: [...serviceAccountGroups(namespace), groups.authenticated],
  };
}

/**
 * Kubernetes: tokens that live in a Secret of type `kubernetes.io/service-account-token`. They have no end of their own:
 * each use asks whether the Secret still holds this very token and its ServiceAccount is still the one.
 */
export class LegacyTokens {
  readonly #view: ObjectView;
  readonly #clock: Clock;
  readonly #noteUse: NoteSecretUse;
  /** What each Secret holds, decoded once. */
  readonly #texts = new WeakMap<Secret, string>();

  constructor(view: ObjectView, clock: Clock, noteUse: NoteSecretUse) {
    this.#view = view;
    this.#clock = clock;
    this.#noteUse = noteUse;
  }

  check(token: string, claims: LegacyTokenClaims, user: UserInfo): LegacyOutcome {
    const namespace = claims[`${prefix}/namespace`];
    const name = claims[`${prefix}/service-account.name`];
    const uid = claims[`${prefix}/service-account.uid`];
    const subject = parseServiceAccountUser(claims.sub);
    if (subject?.namespace !== namespace || subject.name !== name) return { problem: 'sub claim is invalid' };
    const secret = this.#view.get(secrets, namespace, claims[`${prefix}/secret.name`]);
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) {
      return { problem: 'Token has been invalidated' };
    }
    if (this.#textOf(secret) !== token) {
      return { problem: "Token does not match server's copy" };
    }
    const account = this.#view.get(serviceAccounts, namespace, name);
    if (account === undefined) return { problem: `serviceaccounts ${JSON.stringify(name)} not found` };
    if (account.metadata.deletionTimestamp !== undefined) {
      return { problem: `ServiceAccount ${namespace}/${name} has been deleted` };
    }
    if (account.metadata.uid !== uid) {
      return { problem: `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})` };
    }
    this.#noteToday(secret);
    return (secret.metadata.labels?.[invalidSinceLabel] ?? '') === ''
      ? { user }
      : { problem: describeInvalid(secret, namespace, name) };
  }

  #textOf(secret: Secret): string {
    let text = this.#texts.get(secret);
    if (text === undefined) {
      text = decodeBase64Text(secret.data?.['token'] ?? '') ?? '';
      this.#texts.set(secret, text);
    }
    return text;
  }

  /** Once a day; tomorrow's date comes from a server whose clock is ahead. */
  #noteToday(secret: Secret): void {
    const now = this.#clock.now();
    const dateAt = (at: number): string => formatTime(at).slice(0, 10);
    const noted = secret.metadata.labels?.[lastUsedLabel];
    const today = dateAt(now);
    if (noted !== today && noted !== dateAt(now + dayMs)) this.#noteUse(secret, { [lastUsedLabel]: today });
  }
}

function describeInvalid({ metadata }: Secret, namespace: string, account: string): string {
  return (
    `the token in secret ${namespace}/${metadata.name} for service account ${namespace}/${account} has been marked ` +
    'invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the ' +
    `'${invalidSinceLabel}' label from the secret to temporarily allow use of this token`
  );
}
