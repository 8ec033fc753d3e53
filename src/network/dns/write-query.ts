import { headerLength } from './read-query.ts';
import { recordTypes } from './records.ts';
import { putUint16, udpSizeMax } from './write-answer.ts';

const recursionDesiredFlag = 0x0100;

/** A question of our own, with room for a large answer. */
export function writeQuery(name: string, type: number): Uint8Array {
  const labels = name === '' ? [] : name.split('.');
  const nameLength = labels.reduce((sum, label) => sum + label.length + 1, 1);
  const message = new Uint8Array(headerLength + nameLength + 4 + 11);
  putUint16(message, 2, recursionDesiredFlag);
  putUint16(message, 4, 1);
  putUint16(message, 10, 1);
  let offset = headerLength;
  for (const label of labels) {
    message[offset++] = label.length;
    for (let i = 0; i < label.length; i++) message[offset++] = label.charCodeAt(i);
  }
  offset++;
  putUint16(message, offset, type);
  putUint16(message, offset + 2, 1);
  // OPT: the root's name, its type, and the size where others have their class; the rest is zero.
  putUint16(message, offset + 5, recordTypes.OPT);
  putUint16(message, offset + 7, udpSizeMax);
  return message;
}
