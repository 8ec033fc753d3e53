import { type FieldError, fieldError, parseCidr, quoteGo, validateLegacyCidr } from '../../machinery/index.ts';
import { type Node, nodes } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { checkQuantityValue, type Errors } from './pod-validation/index.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn, wide } from './table-columns.ts';
import { validateNodeTaints } from './validate-taints.ts';

/** Kubernetes: `SetDefaults_NodeStatus`. */
function setDefaults(object: Node): Node {
  const node = syncPodCidrs(object);
  const { status } = node;
  if (status?.capacity === undefined || status.allocatable !== undefined) return node;
  return { ...node, status: { ...status, allocatable: status.capacity } };
}

const roleLabel = 'node-role.kubernetes.io/';

function formatRoles(node: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(roleLabel) && key.length > roleLabel.length) roles.add(key.slice(roleLabel.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return roles.size === 0 ? '<none>' : [...roles].sort().join(',');
}

function formatStatus(node: Node): string {
  const ready = node.status?.conditions?.find(condition => condition.type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable === true ? `${text},SchedulingDisabled` : text;
}

function addressOf(node: Node, type: string): string {
  return node.status?.addresses?.find(address => address.type === type)?.address ?? '<none>';
}

function formatKernel(node: Node): string {
  const info = node.status?.nodeInfo;
  const kernel = info?.kernelVersion || '<unknown>';
  return info?.architecture ? `${kernel} (${info.architecture})` : kernel;
}

/** Kubernetes: `ValidateNode`. */
function validateNode(node: Node): readonly FieldError[] {
  const errors: Errors = [];
  checkAlways(errors, node);
  const swap = node.status?.nodeInfo?.swap?.capacity;
  if (swap !== undefined && swap <= 0) {
    errors.push(fieldError.invalid('metadata.nodeSwapStatus.capacity', swap, 'must be greater than zero'));
  }
  checkPodCidrs(errors, node.spec?.podCIDRs ?? []);
  return errors;
}

/** Upstream reports taints as if they were metadata, and resources without brackets. */
function checkAlways(errors: Errors, { spec, status }: Node): void {
  errors.push(...validateNodeTaints(spec?.taints, 'metadata.taints'));
  for (const part of ['capacity', 'allocatable'] as const) {
    const amounts = status?.[part];
    for (const name in amounts) checkQuantityValue(errors, `status.${part}.${name}`, name, amounts[name]!);
  }
  checkFeatures(errors, status?.declaredFeatures ?? []);
}

const featureShape = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;

function checkFeatures(errors: Errors, features: readonly string[]): void {
  for (const [index, feature] of features.entries()) {
    const field = `status.declaredFeatures[${index}]`;
    if (!featureShape.test(feature)) {
      const detail = `invalid feature name ${quoteGo(feature)}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
      errors.push(fieldError.invalid(field, feature, detail));
    }
    const before = features[index - 1];
    if (before === feature) errors.push(fieldError.duplicate(field, feature));
    else if (before !== undefined && before > feature) {
      errors.push(fieldError.invalid(field, feature, 'list must be sorted alphabetically'));
    }
  }
}

/** One range for each IP family. */
function checkPodCidrs(errors: Errors, podCidrs: readonly string[]): void {
  for (const [index, cidr] of podCidrs.entries()) errors.push(...validateLegacyCidr(`spec.podCIDRs[${index}]`, cidr));
  if (podCidrs.length < 2) return;
  const bad = podCidrs.find(cidr => parseCidr(cidr) === undefined);
  if (bad !== undefined) {
    const detail = `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR address: ${bad}`;
    errors.push(fieldError.internal('spec.podCIDRs', detail));
  }
  const families = new Set(podCidrs.map(cidr => parseCidr(cidr)?.family));
  if (bad !== undefined || families.size < 2 || podCidrs.length > 2) {
    errors.push(fieldError.invalid('spec.podCIDRs', podCidrs, 'may specify no more than one CIDR for each IP family'));
  }
}

/** Kubernetes: `podCIDR` is the first of `podCIDRs`, whichever of them a client knows. */
function syncPodCidrs(node: Node): Node {
  const { podCIDR = '', podCIDRs = [] } = node.spec ?? {};
  if (podCIDR === (podCIDRs[0] ?? '')) return node;
  const all = podCIDR === '' ? podCIDRs : [podCIDR];
  return { ...node, spec: { ...node.spec, podCIDR: all[0], podCIDRs: all } };
}

/** Kubernetes: `ValidateNodeUpdate`: a node's identity in the network and at its provider does not change. */
function validateNodeUpdate(node: Node, old: Node): readonly FieldError[] {
  const errors: Errors = [];
  errors.push(...validateNode(node));
  const before = old.spec?.podCIDRs ?? [];
  const next = node.spec?.podCIDRs ?? [];
  const hasChanged = before.length !== next.length || before.some((cidr, index) => cidr !== next[index]);
  if (before.length > 0 && hasChanged) {
    errors.push(fieldError.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  const provider = old.spec?.providerID ?? '';
  if (provider !== '' && provider !== (node.spec?.providerID ?? '')) {
    errors.push(
      fieldError.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'),
    );
  }
  errors.push(...validateAddresses(node));
  return errors;
}

export const node = defineKind(nodes, {
  hasGeneration: false,
  setDefaults,
  // Kubernetes: nodes register themselves with their status.
  prepareForCreate: object => object,
  skipsFullValidationOnUpdate: true,
  validateCreate: validateNode,
  validateUpdate: validateNodeUpdate,
  status: statusRules<Node>({
    validateUpdate: (object, old) => (object.status === old.status ? [] : validateStatus(object)),
  }),
  selectableFields: { 'spec.unschedulable': object => String(object.spec?.unschedulable === true) },
  columns: [
    nameColumn,
    textColumn<Node>('Status', 'Whether the node is ready and takes pods.', formatStatus),
    textColumn<Node>('Roles', 'Its roles.', formatRoles),
    ageColumn,
    textColumn<Node>('Version', 'Version of its agent.', object => object.status?.nodeInfo?.kubeletVersion ?? ''),
    textColumn<Node>('Internal-IP', 'Its address inside.', object => addressOf(object, 'InternalIP'), wide),
    textColumn<Node>('External-IP', 'Its address outside.', object => addressOf(object, 'ExternalIP'), wide),
    textColumn<Node>(
      'OS-Image',
      'Its operating system.',
      object => object.status?.nodeInfo?.osImage || '<unknown>',
      wide,
    ),
    textColumn<Node>('Kernel-Version', 'Its kernel.', formatKernel, wide),
    textColumn<Node>(
      'Container-Runtime',
      'Its container runtime.',
      object => object.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
      wide,
    ),
  ],
});

function validateStatus(node: Node): readonly FieldError[] {
  const errors: Errors = [];
  checkAlways(errors, node);
  return [...errors, ...validateAddresses(node)];
}

/** Kubernetes: `ValidateNodeUpdate`: no address twice. */
function validateAddresses(node: Node): readonly FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, address] of (node.status?.addresses ?? []).entries()) {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) errors.push(fieldError.duplicate(`status.addresses[${index}]`, address));
    seen.add(key);
  }
  return errors;
}
