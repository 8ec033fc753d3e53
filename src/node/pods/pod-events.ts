import type { Container, Pod } from '../../api/generated/index.ts';
import type { EventRecorder } from '../../client/index.ts';
import { fieldPathOf } from '../facts/index.ts';

export type EventType = 'Normal' | 'Warning';

/** Speaks about pods and their containers as kubelet does. */
export class PodEvents {
  readonly #recorder: EventRecorder;

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  ofPod(pod: Pod, type: EventType, reason: string, message: string): void {
    this.#recorder.record({ regarding: refer(pod), type, reason, message });
  }

  ofContainer(pod: Pod, container: Container, type: EventType, reason: string, message: string): void {
    this.ofField(pod, fieldPathOf(pod, container), type, reason, message);
  }

  ofField(pod: Pod, fieldPath: string, type: EventType, reason: string, message: string): void {
    this.#recorder.record({ regarding: refer(pod), fieldPath, type, reason, message });
  }
}

/** Items of a list carry no kind. */
function refer(pod: Pod) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata };
}
