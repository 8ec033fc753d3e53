import { type FieldError, fieldError, isSemanticallyEqual } from '../../machinery/index.ts';
import { type Node, nodes } from '../generated/index.ts';
import { defineKind } from './define-kind.ts';
import { statusRules } from './status-rules.ts';
import { ageColumn, nameColumn, textColumn, wide } from './table-columns.ts';
import { validateNodeTaints } from './validate-taints.ts';

/** Kubernetes: `SetDefaults_NodeStatus`. */
function setDefaults(node: Node): Node {
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

/** Kubernetes: `ValidateNode`, without what the schema says. */
function validateNode(node: Node): readonly FieldError[] {
  return validateNodeTaints(node.spec?.taints, 'spec.taints');
}

/** Kubernetes: `ValidateNodeUpdate`: a node's identity in the network and at its provider does not change. */
function validateNodeUpdate(node: Node, old: Node): readonly FieldError[] {
  const errors: FieldError[] = [];
  const before = old.spec?.podCIDRs ?? [];
  if (before.length > 0 && !isSemanticallyEqual(before, node.spec?.podCIDRs)) {
    errors.push(fieldError.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  const provider = old.spec?.providerID ?? '';
  if (provider !== '' && provider !== (node.spec?.providerID ?? '')) {
    errors.push(
      fieldError.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'),
    );
  }
  return errors;
}

export const node = defineKind(nodes, {
  hasGeneration: false,
  setDefaults,
  // Kubernetes: nodes register themselves with their status.
  prepareForCreate: object => object,
  validateCreate: validateNode,
  validateUpdate: validateNodeUpdate,
  status: statusRules<Node>({
    validateUpdate: (object, old) => (object.status === old.status ? [] : validateAddresses(object)),
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
