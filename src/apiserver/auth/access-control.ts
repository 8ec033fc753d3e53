import { clusterRoles, type Secret, secrets } from '../../api/generated/index.ts';
import { Client, type Transport, tolerate } from '../../client/index.ts';
import { type CertificateOperations, StatusError } from '../../machinery/index.ts';
import type { World } from '../../world/index.ts';
import type { AdmissionPlugin, Authorizer, OutboundCalls, VirtualResources } from '../core-contract.ts';
import type { IndexedView } from '../object-view.ts';
import type { AuthenticationOptions } from './authentication-options.ts';
import type { Authenticator } from './authenticator.ts';
import { ensureDefaultPolicy } from './bootstrap/index.ts';
import { createSignatureCheck } from './certificates/index.ts';
import { NodeAuthorizer, NodeRelations } from './node/index.ts';
import type { JwtAuthenticator } from './oidc/index.ts';
import {
  aggregateAnew,
  createEscalationCheck,
  isAggregated,
  PolicyFeed,
  RbacAuthorizer,
  RbacPolicy,
  sortByName,
  UnionAuthorizer,
} from './rbac/index.ts';
import { RequestAuthenticator } from './request-authenticator.ts';
import { createAccessReviews, createIdentityReviews, createRulesReview } from './reviews/index.ts';
import { createTokenAuthenticators } from './token-authenticators.ts';
import { createTokenRequests, type TokenSettings, TokenUnion } from './tokens/index.ts';
import { AccessWebhook, type AccessWebhookOptions } from './webhook/index.ts';

export interface AccessControlOptions {
  readonly world: World;
  /** Without it there are no ServiceAccount tokens: TokenRequests are not answered, bearer tokens refused. */
  readonly tokens?: TokenSettings | undefined;
  readonly authentication?: AuthenticationOptions | undefined;
  /** How issuers of tokens and webhooks are reached; without it there are none. */
  readonly outbound?: OutboundCalls | undefined;
  /** Who is asked what somebody may do whom neither policy nor their node allows it. */
  readonly accessWebhook?: AccessWebhookOptions | undefined;
  /** Checks requests for certificates; without it their signatures are not looked at. */
  readonly certificates?: CertificateOperations | undefined;
}

/**
 * Everything about who may do what, for one API server. Made before the server, which takes `authorizer`, `admission`
 * and `virtual`; then `start` joins it with what the server stores.
 */
export class AccessControl {
  readonly authorizer: Authorizer;
  readonly admission: readonly AdmissionPlugin[];
  readonly virtual: VirtualResources;
  readonly policy = new RbacPolicy();
  readonly #options: AccessControlOptions;
  #view: IndexedView | undefined;
  #tokens = new TokenUnion([]);
  #issuers: readonly JwtAuthenticator[] = [];
  #authenticator: Authenticator | undefined;
  #feed: PolicyFeed | undefined;
  #client: Client | undefined;
  #isAggregating = false;
  #mustAggregate = false;

  constructor(options: AccessControlOptions) {
    const { world, tokens, certificates, accessWebhook, outbound } = options;
    this.#options = options;
    const relations = new NodeRelations(() => this.#requireView());
    this.authorizer = new UnionAuthorizer([
      new NodeAuthorizer(relations),
      new RbacAuthorizer(this.policy),
      ...(accessWebhook === undefined || outbound === undefined
        ? []
        : [new AccessWebhook(accessWebhook, { world, outbound })]),
    ]);
    this.admission = [
      createEscalationCheck(this.policy, this.authorizer),
      ...(certificates === undefined ? [] : [createSignatureCheck(certificates)]),
    ];
    this.virtual = {
      ...createAccessReviews(this.authorizer),
      'authorization.k8s.io/selfsubjectrulesreviews': createRulesReview(this.policy, accessWebhook !== undefined),
      ...createIdentityReviews(() => this.#tokens),
      ...(tokens === undefined
        ? {}
        : { '/serviceaccounts/token': createTokenRequests(tokens, () => this.#requireView(), world) }),
    };
  }

  /** Only after `start`. */
  get authenticator(): Authenticator {
    if (this.#authenticator === undefined) throw new Error('access control has not been started');
    return this.#authenticator;
  }

  /**
   * Follows the stored policy and completes it with the defaults. `transport` must act for a member of
   * `system:masters`: until the policy is there, nobody else may do anything.
   */
  async start(transport: Transport, view: IndexedView): Promise<void> {
    const { world, tokens, outbound, authentication } = this.#options;
    this.#view = view;
    this.#client = new Client(transport);
    const { all, issuers } = createTokenAuthenticators({
      ...authentication,
      world,
      view,
      tokens,
      outbound,
      noteUse: (secret, label) => this.#labelSoon(secret, label),
    });
    this.#tokens = new TokenUnion(all);
    this.#issuers = issuers;
    for (const issuer of issuers) issuer.start();
    this.#authenticator = new RequestAuthenticator(this.#tokens, authentication?.anonymous);
    this.#feed = new PolicyFeed(transport, this.policy, world, () => this.#aggregateSoon());
    await this.#feed.start();
    await ensureDefaultPolicy(this.#client, view);
  }

  stop(): void {
    this.#feed?.stop();
    for (const issuer of this.#issuers) issuer.stop();
  }

  #requireView(): IndexedView {
    if (this.#view === undefined) throw new Error('access control has not been started');
    return this.#view;
  }

  /** Beside the request that used the Secret's token, which does not wait for it. */
  #labelSoon({ metadata: { namespace, name, uid } }: Secret, labels: Readonly<Record<string, string>>): void {
    this.#options.world.tasks.spawn('note use of a token', async () => {
      const patch = { metadata: { uid, labels } };
      try {
        await this.#client!.patch(secrets, { namespace, name: name! }, 'merge', patch);
      } catch (error) {
        // It is being deleted, or full: whoever uses the token need not suffer from either.
        if (!(error instanceof StatusError)) throw error;
      }
    });
  }

  /** Kubernetes: the clusterrole-aggregation controller. Many changes of one turn are looked at together. */
  #aggregateSoon(): void {
    this.#mustAggregate = true;
    if (this.#isAggregating) return;
    this.#isAggregating = true;
    this.#options.world.tasks.spawn('clusterrole aggregation', async () => {
      try {
        while (this.#mustAggregate) await this.#aggregate();
      } finally {
        this.#isAggregating = false;
      }
    });
  }

  async #aggregate(): Promise<void> {
    const { clock } = this.#options.world;
    await clock.sleep(0);
    this.#mustAggregate = false;
    const roles = sortByName(this.policy.clusterRoles());
    for (const role of roles.filter(isAggregated)) {
      const changed = aggregateAnew(role, roles);
      if (changed !== undefined) {
        // Somebody else has written it: the watch tells, and the next round looks at what then stands. Or we are stopping.
        await tolerate(['Conflict', 'NotFound', 'ServiceUnavailable'], () =>
          this.#client!.update(clusterRoles, changed, { fieldManager: 'clusterrole-aggregation-controller' }),
        );
      }
      // Roles that collect from each other come to have thousands of rules: requests wait for one role, not for all.
      await clock.sleep(0);
    }
  }
}
