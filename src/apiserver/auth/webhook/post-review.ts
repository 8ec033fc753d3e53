import { isJsonObject, type JsonObject } from '../../../machinery/index.ts';
import type { World } from '../../../world/index.ts';
import type { OutboundCalls, OutboundResponse } from '../../core-contract.ts';
import type { WebhookTarget } from './webhook-target.ts';

const timeoutMs = 30_000;
/** Kubernetes: `DefaultAuthWebhookRetryBackoff`. */
const triesMax = 5;
const firstDelayMs = 500;
const delayFactor = 1.5;
const delayJitter = 0.2;

/**
 * Posts a review and returns the answer's status. Tries again what may go better the next time: a broken connection, an
 * overwhelmed or failing server. Rejects with an Error whose message reads as client-go's.
 */
export async function postReview(
  target: WebhookTarget,
  review: object,
  outbound: OutboundCalls,
  world: World,
): Promise<JsonObject> {
  const random = world.random.stream('apiserver/review-webhook');
  let delayMs = firstDelayMs;
  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(target, review, outbound);
    if ('status' in outcome) return outcome.status;
    if (!outcome.canRetry || attempt === triesMax) throw outcome.error;
    await world.clock.sleep(Math.round(delayMs * (1 + delayJitter * random.float())));
    delayMs *= delayFactor;
  }
}

type Outcome = { readonly status: JsonObject } | { readonly error: Error; readonly canRetry: boolean };

async function tryOnce(target: WebhookTarget, review: object, outbound: OutboundCalls): Promise<Outcome> {
  let response: OutboundResponse;
  try {
    response = await outbound.send({
      method: 'POST',
      url: target.url,
      certificateAuthority: target.certificateAuthority,
      shouldSkipVerification: target.shouldSkipVerification,
      clientCertificate: target.clientCertificate,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, */*',
        ...(target.token === undefined ? {} : { authorization: `Bearer ${target.token}` }),
      },
      body: JSON.stringify(review),
      timeoutMs,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const canRetry = /connection reset by peer|EOF/.test(error.message);
    return { error: new Error(`Post ${JSON.stringify(target.url)}: ${error.message}`), canRetry };
  }
  const { status } = response;
  if (status < 200 || status > 299) {
    return { error: new Error(describeStatus(response)), canRetry: status === 429 || status >= 500 };
  }
  const answered = readStatus(response.body);
  return answered === undefined
    ? { error: new Error("couldn't decode the answer of the webhook"), canRetry: false }
    : { status: answered };
}

function readStatus(body: string): JsonObject | undefined {
  try {
    const review: unknown = JSON.parse(body);
    if (!isJsonObject(review)) return undefined;
    const { status } = review;
    return isJsonObject(status) ? status : {};
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Kubernetes: what client-go makes of an answer that is no Status. */
function describeStatus({ status, body }: OutboundResponse): string {
  const detail = body.trim();
  const known: Readonly<Record<number, string>> = {
    401: 'the server has asked for the client to provide credentials',
    403: 'forbidden',
    404: 'the server could not find the requested resource',
    429: 'the server has received too many requests and has asked us to try again later',
    503: 'the server is currently unable to handle the request',
  };
  if (known[status] !== undefined) return known[status];
  if (status >= 500) {
    return `an error on the server (${JSON.stringify(detail || 'unknown')}) has prevented the request from succeeding`;
  }
  return `the server responded with the status code ${status} but did not return more information`;
}
