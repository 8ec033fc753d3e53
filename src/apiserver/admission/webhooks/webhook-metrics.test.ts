import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf, TestServer } from '../../../../test/fixtures/test-server.ts';
import { patching, WebhookReplies, webhookTo } from '../../../../test/fixtures/webhook-replies.ts';
import {
  configMaps,
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
} from '../../../api/generated/index.ts';

const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
const map = { metadata: { name: 'm', namespace: 'default' } };

/** The samples of one family without its buckets: `{labels} value`. */
function samplesOf(metrics: string, name: string): readonly string[] {
  return metrics
    .split('\n')
    .filter(line => line.startsWith(`${name}{`))
    .map(line => line.slice(name.length));
}

async function start(...webhooks: readonly object[]) {
  const hooks = new WebhookReplies();
  const api = await TestServer.start({ outbound: hooks });
  await api.client.create(validatingWebhookConfigurations, { metadata: { name: 'v' }, webhooks } as never);
  return { api, hooks };
}

test('counts what webhooks answer and how long they take', async () => {
  const { api, hooks } = await start(webhookTo('/v', { rules }));
  using _ = api;
  await api.client.create(mutatingWebhookConfigurations, {
    metadata: { name: 'a' },
    webhooks: [webhookTo('/a', { rules })],
  } as never);
  hooks.on('/a', async () => {
    await api.world.clock.sleep(700);
    return patching({ op: 'add', path: '/data', value: { a: 'b' } });
  });
  hooks.on('/v', () => ({ allowed: false, status: { code: 1234, message: 'never' } }));
  const refused = refusalOf(api.client.create(configMaps, map));
  await api.world.advance(701);
  assert.equal((await refused).code, 1234);

  const metrics = api.server.formatMetrics();
  const name = 'apiserver_admission_webhook';
  assert.deepEqual(samplesOf(metrics, `${name}_request_total`), [
    '{code="200",name="a.hooks.test",operation="CREATE",rejected="false",type="admit"} 1',
    '{code="600",name="v.hooks.test",operation="CREATE",rejected="true",type="validating"} 1',
  ]);
  assert.deepEqual(samplesOf(metrics, `${name}_rejection_count`), [
    '{error_type="no_error",name="v.hooks.test",operation="CREATE",rejection_code="600",type="validating"} 1',
  ]);
  const labels = 'name="a.hooks.test",operation="CREATE",rejected="false",type="admit"';
  assert.deepEqual(
    samplesOf(metrics, `${name}_admission_duration_seconds_bucket`)
      .filter(sample => sample.startsWith(`{${labels}`))
      .slice(3, 5),
    [`{${labels},le="0.5"} 0`, `{${labels},le="1"} 1`],
  );
});

test('tells calls that fail from webhooks that refuse, and what is let through nevertheless', async () => {
  const { api } = await start(
    webhookTo('/ignored', { rules, failurePolicy: 'Ignore' }),
    webhookTo('/needed', { rules, failurePolicy: 'Fail' }),
  );
  using _ = api;
  assert.equal((await refusalOf(api.client.create(configMaps, map))).code, 500);
  const metrics = api.server.formatMetrics();
  const name = 'apiserver_admission_webhook';
  assert.deepEqual(samplesOf(metrics, `${name}_fail_open_count`), ['{name="ignored.hooks.test",type="validating"} 1']);
  assert.deepEqual(samplesOf(metrics, `${name}_rejection_count`), [
    '{error_type="calling_webhook_error",name="needed.hooks.test",operation="CREATE",rejection_code="503",type="validating"} 1',
  ]);
  assert.deepEqual(samplesOf(metrics, `${name}_request_total`), [
    '{code="503",name="ignored.hooks.test",operation="CREATE",rejected="false",type="validating"} 1',
    '{code="503",name="needed.hooks.test",operation="CREATE",rejected="true",type="validating"} 1',
  ]);
});
