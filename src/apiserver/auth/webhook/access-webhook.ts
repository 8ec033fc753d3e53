import type { JsonObject } from '../../../machinery/index.ts';
import type { World } from '../../../world/index.ts';
import type { AuthorizationAttributes, AuthorizationDecision, Authorizer, OutboundCalls } from '../../core-contract.ts';
import { describeAccess } from './describe-access.ts';
import { postReview } from './post-review.ts';
import type { WebhookTarget } from './webhook-target.ts';

export interface AccessWebhookOptions {
  readonly target: WebhookTarget;
  /** Of the SubjectAccessReview that is sent. Kubernetes: v1beta1 unless it is told otherwise. */
  readonly version: 'v1' | 'v1beta1';
  /** How long an answer counts that allows, and one that does not. */
  readonly authorizedMs: number;
  readonly unauthorizedMs: number;
}

interface Means {
  readonly world: World;
  readonly outbound: OutboundCalls;
}

interface Remembered {
  readonly decision: AuthorizationDecision;
  readonly problem: string | undefined;
  readonly untilMs: number;
}

const noOpinion: AuthorizationDecision = { allowed: false, reason: '', isMomentary: true };
const rememberedMax = 8192;
/** A request that was prepared may wait for its turn before it is decided about. */
const turnMs = 60_000;

/**
 * Asks another server what somebody may do. Kubernetes: `--authorization-webhook-config-file`.
 *
 * Differs from Kubernetes: it has an opinion only of what `prepare` was called for, which is every request, and every
 * review; not of what a request needs besides (impersonation, granting more than one has, CEL's `authorizer`).
 */
export class AccessWebhook implements Authorizer {
  /** Its decisions are momentary. */
  readonly generation = 0;
  readonly #options: AccessWebhookOptions;
  readonly #means: Means;
  readonly #known = new Map<string, Remembered>();
  readonly #asking = new Map<string, Promise<string | undefined>>();

  constructor(options: AccessWebhookOptions, means: Means) {
    this.#options = options;
    this.#means = means;
  }

  authorize(attributes: AuthorizationAttributes): AuthorizationDecision {
    const known = this.#known.get(JSON.stringify(describeAccess(attributes, this.#options.version)));
    return known !== undefined && this.#means.world.clock.now() < known.untilMs + turnMs ? known.decision : noOpinion;
  }

  async prepare(attributes: AuthorizationAttributes): Promise<string | undefined> {
    const spec = describeAccess(attributes, this.#options.version);
    const key = JSON.stringify(spec);
    const known = this.#known.get(key);
    if (known !== undefined && this.#means.world.clock.now() < known.untilMs) return known.problem;
    let asking = this.#asking.get(key);
    if (asking === undefined) {
      asking = this.#ask(key, spec).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(key: string, spec: object): Promise<string | undefined> {
    const { world, outbound } = this.#means;
    const { target, version, authorizedMs, unauthorizedMs } = this.#options;
    const apiVersion = `authorization.k8s.io/${version}`;
    const review = { kind: 'SubjectAccessReview', apiVersion, metadata: {}, spec, status: { allowed: false } };
    try {
      const status = await postReview(target, review, outbound, world);
      const decision = judge(status);
      const isBoth = status['allowed'] === true && status['denied'] === true;
      const problem = isBoth ? 'webhook subject access review returned both allow and deny response' : undefined;
      if (this.#known.size >= rememberedMax) this.#known.clear();
      this.#known.set(key, {
        decision,
        problem,
        untilMs: world.clock.now() + (decision.allowed ? authorizedMs : unauthorizedMs),
      });
      return problem;
    } catch (error) {
      // Kubernetes: an outage is not remembered; nor must what was said before it go on to count.
      this.#known.delete(key);
      const text = error instanceof Error ? error.message : String(error);
      world.log.error('Failed to make webhook authorizer request', { error: text });
      return text;
    }
  }
}

function judge({ allowed, denied, reason }: JsonObject): AuthorizationDecision {
  return {
    allowed: allowed === true && denied !== true,
    reason: typeof reason === 'string' ? reason : '',
    isMomentary: true,
  };
}
