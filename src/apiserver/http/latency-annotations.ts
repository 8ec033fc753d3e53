import { formatGoDuration } from '../../machinery/index.ts';
import type { RequestRun } from './request-run.ts';

/** Kubernetes: only of what has taken long is told where the time went. */
const thresholdMs = 500;
const nsPerMs = 1e6;

/**
 * Tells the audit log where a slow request has spent its time.
 *
 * Differs from Kubernetes: of the total, of waiting for a turn and of webhooks; the other layers are not timed.
 */
export function annotateLatency(run: RequestRun, nowMs: number): void {
  const { audit, call, startMs } = run;
  const totalMs = nowMs - startMs;
  if (audit === undefined || totalMs <= thresholdMs) return;
  const layers = {
    'apf-queue-wait': run.waitMs,
    'mutating-webhook': call?.mutatingWebhooksMs ?? 0,
    'validating-webhook': call?.validatingWebhooksMs ?? 0,
    total: totalMs,
  };
  for (const [layer, durationMs] of Object.entries(layers)) {
    if (durationMs === 0) continue;
    audit.annotate(`apiserver.latency.k8s.io/${layer}`, formatGoDuration(Math.round(durationMs * nsPerMs)));
  }
}
