import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
} from '../../../api/generated/index.ts';
import { type FieldError, statusError } from '../../../machinery/index.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../core-contract.ts';
import type { PolicyPluginOptions } from '../policies/index.ts';
import { checkPolicy, checkWebhooks } from './check-expressions.ts';
import { checkParamKind, checkParamRef } from './check-params.ts';

const group = 'admissionregistration.k8s.io';

/** Refuses webhooks and policies whose expressions do not compile, and parameters that the writer may not read. */
export function createRegistrationCheck(options: PolicyPluginOptions): AdmissionPlugin {
  return {
    name: 'AdmissionRegistrationCheck',
    handles: ({ version: { type } }, subresource, operation) =>
      type.group === group && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
    async validate(request) {
      const errors = await findErrors(options, request);
      if (errors.length === 0) return;
      const { type } = request.resource.version;
      throw statusError.invalid(type, request.object?.metadata.name ?? request.name, errors);
    },
  };
}

async function findErrors(options: PolicyPluginOptions, request: AdmissionRequest): Promise<readonly FieldError[]> {
  const { object, old, resource } = request;
  switch (resource.version.type.resource) {
    case 'mutatingwebhookconfigurations':
    case 'validatingwebhookconfigurations': {
      const configuration = object as MutatingWebhookConfiguration;
      const hasConditions = configuration.webhooks?.some(({ matchConditions = [] }) => matchConditions.length > 0);
      if (hasConditions !== true) return [];
      return checkWebhooks(await options.loadExpressions(), configuration, old as MutatingWebhookConfiguration);
    }
    case 'mutatingadmissionpolicies':
    case 'validatingadmissionpolicies': {
      const policy = object as MutatingAdmissionPolicy | ValidatingAdmissionPolicy;
      const before = old as typeof policy | undefined;
      const errors = checkPolicy(await options.loadExpressions(), policy, before);
      return errors.length > 0 ? errors : checkParams(options, request, check => checkParamKind(check, policy, before));
    }
    case 'mutatingadmissionpolicybindings':
    case 'validatingadmissionpolicybindings': {
      const isMutating = resource.version.type.resource === 'mutatingadmissionpolicybindings';
      const binding = object as MutatingAdmissionPolicyBinding;
      const before = old as typeof binding | undefined;
      return checkParams(options, request, check => checkParamRef(check, binding, before, isMutating));
    }
    default:
      return [];
  }
}

/** Kubernetes: the superuser is not asked. */
function checkParams(
  { view, resources, authorizer }: PolicyPluginOptions,
  { call: { user } }: AdmissionRequest,
  check: (means: Parameters<typeof checkParamKind>[0]) => readonly FieldError[],
): readonly FieldError[] {
  if (user.groups.includes('system:masters')) return [];
  return check({ view, resources: resources(), authorizer, user });
}
