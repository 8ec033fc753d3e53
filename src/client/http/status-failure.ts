import { type Status, StatusError, type StatusReason, statusCodes } from '../../machinery/index.ts';

/** The error of a response that is no success: the server's Status, or one made from what came instead. */
export function toStatusError(code: number, text: string): StatusError {
  const status = parseStatus(text);
  if (status !== undefined) return fromStatus(status, code);
  const detail = text.trim().slice(0, 200);
  return new StatusError(reasonOf(code), detail === '' ? `the server answered ${code}` : detail, undefined, code);
}

export function fromStatus(status: Status, code = status.code): StatusError {
  const reason = status.reason !== undefined && status.reason in statusCodes ? status.reason : reasonOf(code);
  return new StatusError(reason as StatusReason, status.message ?? '', status.details, status.code ?? code);
}

function parseStatus(text: string): Status | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Status>;
    return value.kind === 'Status' ? (value as Status) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function reasonOf(code: number): StatusReason {
  const found = Object.entries(statusCodes).find(([, value]) => value === code);
  return (found?.[0] as StatusReason | undefined) ?? 'InternalError';
}
