import { formatIp } from '../../machinery/index.ts';
import { readName, readRecordHeader, readUint16 } from './read-query.ts';
import { type DnsRecord, recordTypes } from './records.ts';

/** The address and alias records in a response's answer; those that cannot be read, and all others, are left out. */
export function readAddressRecords(response: Uint8Array, questionEnd: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  let offset = questionEnd;
  for (let i = readUint16(response, 6); i > 0; i--) {
    const header = readRecordHeader(response, offset);
    if (header === undefined) break;
    const name = readName(response, offset);
    const { type, ttl, dataOffset, end } = header;
    const data = response.subarray(dataOffset, end);
    if (name !== undefined && !name.includes('\\')) {
      if (type === recordTypes.A && data.length === 4)
        records.push({ name, ttl, type: 'A', data: formatAddress(data) });
      else if (type === recordTypes.AAAA && data.length === 16)
        records.push({ name, ttl, type: 'AAAA', data: formatAddress(data) });
      else if (type === recordTypes.CNAME) {
        const target = readName(response, dataOffset);
        if (target !== undefined && !target.includes('\\')) records.push({ name, ttl, type: 'CNAME', data: target });
      }
    }
    offset = end;
  }
  return records;
}

/** The address in the message's bytes, as text. */
function formatAddress(data: Uint8Array): string {
  let bits = 0n;
  for (const byte of data) bits = (bits << 8n) | BigInt(byte);
  return formatIp({ family: data.length === 4 ? 4 : 6, bits });
}
