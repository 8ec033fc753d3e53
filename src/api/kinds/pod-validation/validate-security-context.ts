import { checkUserId, fieldError, invalidEach, utf8Length } from '../../../machinery/index.ts';
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from '../../generated/index.ts';
import { checkDescendingPath, type Errors } from './field-checks.ts';

function checkId(errors: Errors, field: string, id: number | undefined): void {
  if (id !== undefined) errors.push(...invalidEach(field, id, checkUserId(id)));
}

function checkSeccomp(errors: Errors, field: string, profile: SeccompProfile | undefined): void {
  if (profile === undefined) return;
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
  if ((profile.type ?? '') === '')
    errors.push(fieldError.required(`${field}.type`, 'type is required when seccompProfile is set'));
  else if (!types.includes(profile.type)) errors.push(fieldError.notSupported(`${field}.type`, profile.type, types));
  const at = `${field}.localhostProfile`;
  if (profile.type !== 'Localhost') {
    if (profile.localhostProfile !== undefined)
      errors.push(fieldError.invalid(at, profile, 'can only be set when seccomp type is Localhost'));
  } else if (profile.localhostProfile === undefined) {
    errors.push(fieldError.required(at, 'must be set when seccomp type is Localhost'));
  } else checkDescendingPath(errors, at, profile.localhostProfile);
}

function checkAppArmor(errors: Errors, field: string, profile: AppArmorProfile | undefined): void {
  if (profile === undefined) return;
  const at = `${field}.localhostProfile`;
  const local = profile.localhostProfile;
  if (profile.type === 'Localhost') {
    if (local === undefined || local === '')
      errors.push(fieldError.required(at, 'must be set when AppArmor type is Localhost'));
    else if (local.trim() !== local) errors.push(fieldError.invalid(at, local, 'must not be padded with whitespace'));
    if (utf8Length(local ?? '') > 4095) errors.push(fieldError.tooLong(at, 4095));
  } else if (profile.type === 'RuntimeDefault' || profile.type === 'Unconfined') {
    if (local !== undefined)
      errors.push(fieldError.invalid(at, local, 'can only be set when AppArmor type is Localhost'));
  } else if ((profile.type ?? '') === '') {
    errors.push(fieldError.required(`${field}.type`, 'type is required when appArmorProfile is set'));
  } else
    errors.push(fieldError.notSupported(`${field}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined']));
}

/** Kubernetes: `ValidateSecurityContext`. */
export function checkSecurityContext(
  errors: Errors,
  field: string,
  context: SecurityContext | undefined,
  usesHostUsers: boolean,
): void {
  if (context === undefined) return;
  checkId(errors, `${field}.runAsUser`, context.runAsUser);
  checkId(errors, `${field}.runAsGroup`, context.runAsGroup);
  const { procMount } = context;
  if (procMount !== undefined) {
    if (procMount !== 'Default' && procMount !== 'Unmasked') {
      errors.push(fieldError.notSupported(`${field}.procMount`, procMount, ['Default', 'Unmasked']));
    }
    if (usesHostUsers && procMount === 'Unmasked') {
      errors.push(fieldError.invalid(`${field}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  checkSeccomp(errors, `${field}.seccompProfile`, context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) {
      errors.push(
        fieldError.invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'),
      );
    }
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
      const detail = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
      errors.push(fieldError.invalid(field, context, detail));
    }
  }
  checkAppArmor(errors, `${field}.appArmorProfile`, context.appArmorProfile);
}

const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;

/** Kubernetes: `validatePodSpecSecurityContext`. */
export function checkPodSecurityContext(
  errors: Errors,
  field: string,
  context: PodSecurityContext | undefined,
  spec: PodSpec,
): void {
  if (context === undefined) return;
  checkId(errors, `${field}.fsGroup`, context.fsGroup);
  checkId(errors, `${field}.runAsUser`, context.runAsUser);
  checkId(errors, `${field}.runAsGroup`, context.runAsGroup);
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    checkId(errors, `${field}.supplementalGroups[${index}]`, group);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    errors.push(
      fieldError.invalid(
        `${field}.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  }
  checkSysctls(errors, `${field}.sysctls`, context.sysctls);
  const policy = context.fsGroupChangePolicy;
  if (policy !== undefined && policy !== 'Always' && policy !== 'OnRootMismatch') {
    errors.push(fieldError.notSupported(`${field}.fsGroupChangePolicy`, policy, ['Always', 'OnRootMismatch']));
  }
  checkSeccomp(errors, `${field}.seccompProfile`, context.seccompProfile);
  checkAppArmor(errors, `${field}.appArmorProfile`, context.appArmorProfile);
  const groups = context.supplementalGroupsPolicy;
  if (groups !== undefined && groups !== 'Merge' && groups !== 'Strict') {
    errors.push(fieldError.notSupported(`${field}.supplementalGroupsPolicy`, groups, ['Merge', 'Strict']));
  }
}

function checkSysctls(errors: Errors, field: string, sysctls: PodSecurityContext['sysctls']): void {
  const seen = new Set<string>();
  for (const [index, { name }] of (sysctls ?? []).entries()) {
    const at = `${field}[${index}].name`;
    if ((name ?? '') === '') errors.push(fieldError.required(at));
    else if (name.length > 253 || !sysctlName.test(name)) {
      const pattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
      errors.push(fieldError.invalid(at, name, `must have at most 253 characters and match regex ${pattern}`));
    } else if (seen.has(name)) errors.push(fieldError.duplicate(at, name));
    seen.add(name);
  }
}
