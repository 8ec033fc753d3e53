/** A script that nft or the kernel refused: nothing of it was applied. */
export class NftError extends Error {
  /** What the kernel or nft said: `Could not process rule: File exists`. */
  readonly reason: string;
  /** The part of the script that it said it about; undefined where nft named no place. */
  readonly place: string | undefined;

  constructor(reason: string, place: string | undefined) {
    super(place === undefined ? `nft: ${reason}` : `nft: ${reason}: ${place}`);
    this.name = 'NftError';
    this.reason = reason;
    this.place = place;
  }
}

const placeLengthMax = 200;

/** Reads nft's own report, `FILE:LINE:FIRST-LAST: Error: REASON` with the whole line below, which may be very long. */
export function readNftError(stderr: string, script: string): NftError {
  const match = /:(\d+):(\d+)-(\d+): Error: (.*)/.exec(stderr);
  if (match === null) return new NftError(stderr.trim().slice(0, 1000) || 'failed without a message', undefined);
  const [, line, first, last, reason] = match;
  const text = script.split('\n')[Number(line) - 1] ?? '';
  const command = text.slice(0, Math.max(0, text.indexOf('{'))).trim();
  const place = text.slice(Number(first) - 1, Number(last)).slice(0, placeLengthMax);
  return new NftError(reason!.trim(), command === '' ? place : `${place} (${command})`);
}
