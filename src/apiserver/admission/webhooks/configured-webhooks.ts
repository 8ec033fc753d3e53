import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../../api/generated/index.ts';
import type { ResourceType } from '../../../machinery/index.ts';
import type { ObjectView } from '../../object-view.ts';

export interface ConfiguredWebhook<W extends MutatingWebhook | ValidatingWebhook> {
  readonly webhook: W;
  readonly configuration: string;
  /** Names it among all: upstream's `GetUID`. */
  readonly key: string;
}

/** In the order of the configurations' names, then as they stand there. */
export function listWebhooks<W extends MutatingWebhook | ValidatingWebhook>(
  view: ObjectView,
  type: ResourceType<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>,
): readonly ConfiguredWebhook<W>[] {
  return view.list(type).flatMap(({ metadata, webhooks = [] }) => {
    const configuration = metadata.name!;
    return webhooks.map((webhook, index) => ({
      webhook: webhook as W,
      configuration,
      key: `${configuration}/${webhook.name}/${index}`,
    }));
  });
}
