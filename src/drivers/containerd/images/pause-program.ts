/**
 * The process that holds a pod's namespaces: a static ELF executable of some 230 bytes, put together from the
 * instructions below. It needs no compiler, leaves no binary in the repository, and is the same on every machine.
 *
 * It blocks SIGINT, SIGTERM and SIGCHLD and waits for one of them: a child's death is reaped (pid 1 of a pod whose
 * containers share a pid namespace inherits their orphans), the other two end it with code 0. Blocked signals reach
 * pid 1 of a namespace although it has no handler; unblocked ones without a handler would be dropped.
 */
export function createPauseProgram(architecture: string): Buffer {
  if (architecture === 'x64') return formatElf(62, x64);
  if (architecture === 'arm64') return formatElf(183, arm64);
  throw new Error(`no pause program for the architecture ${architecture}`);
}

/** The set {SIGINT 2, SIGTERM 15, SIGCHLD 17}: signal n is bit n-1 of 64. */
const signalSet = '02 40 01 00 00 00 00 00';

const x64 = [
  'b8 0e 00 00 00', //       00 mov  eax, 14         rt_sigprocmask(
  '31 ff', //                05 xor  edi, edi          SIG_BLOCK,
  '48 8d 35 4f 00 00 00', // 07 lea  rsi, [rip+0x4f]   &signals,
  '31 d2', //                0e xor  edx, edx          NULL,
  '41 ba 08 00 00 00', //    10 mov  r10d, 8           8)
  '0f 05', //                16 syscall
  // wait:
  'b8 80 00 00 00', //       18 mov  eax, 128        rt_sigtimedwait(
  '48 8d 3d 39 00 00 00', // 1d lea  rdi, [rip+0x39]   &signals,
  '31 f6', //                24 xor  esi, esi          NULL,
  '31 d2', //                26 xor  edx, edx          NULL,
  '41 ba 08 00 00 00', //    28 mov  r10d, 8           8)
  '0f 05', //                2e syscall
  '83 f8 11', //             30 cmp  eax, 17         SIGCHLD?
  '74 0d', //                33 je   reap
  '85 c0', //                35 test eax, eax        interrupted?
  '78 df', //                37 js   wait
  'b8 e7 00 00 00', //       39 mov  eax, 231        exit_group(
  '31 ff', //                3e xor  edi, edi          0)
  '0f 05', //                40 syscall
  // reap:
  'b8 3d 00 00 00', //       42 mov  eax, 61         wait4(
  '48 83 cf ff', //          47 or   rdi, -1           any child,
  '31 f6', //                4b xor  esi, esi          NULL,
  'ba 01 00 00 00', //       4d mov  edx, 1            WNOHANG,
  '45 31 d2', //             52 xor  r10d, r10d        NULL)
  '0f 05', //                55 syscall
  '85 c0', //                57 test eax, eax        more?
  '7f e7', //                59 jg   reap
  'eb bb', //                5b jmp  wait
  signalSet, //              5d
];

/** Little-endian words, as they lie in memory. */
const arm64 = [
  'e8 10 80 d2', // 00 mov  x8, #135   rt_sigprocmask(
  '00 00 80 d2', // 04 mov  x0, #0       SIG_BLOCK,
  '41 03 00 10', // 08 adr  x1, signals  &signals,
  '02 00 80 d2', // 0c mov  x2, #0       NULL,
  '03 01 80 d2', // 10 mov  x3, #8       8)
  '01 00 00 d4', // 14 svc  #0
  // wait:
  '28 11 80 d2', // 18 mov  x8, #137   rt_sigtimedwait(
  'a0 02 00 10', // 1c adr  x0, signals  &signals,
  '01 00 80 d2', // 20 mov  x1, #0       NULL,
  '02 00 80 d2', // 24 mov  x2, #0       NULL,
  '03 01 80 d2', // 28 mov  x3, #8       8)
  '01 00 00 d4', // 2c svc  #0
  '1f 44 00 71', // 30 cmp  w0, #17    SIGCHLD?
  'a0 00 00 54', // 34 b.eq reap
  '00 ff ff 37', // 38 tbnz w0, #31, wait  interrupted?
  'c8 0b 80 d2', // 3c mov  x8, #94    exit_group(
  '00 00 80 d2', // 40 mov  x0, #0       0)
  '01 00 00 d4', // 44 svc  #0
  // reap:
  '88 20 80 d2', // 48 mov  x8, #260   wait4(
  '00 00 80 92', // 4c mov  x0, #-1      any child,
  '01 00 80 d2', // 50 mov  x1, #0       NULL,
  '22 00 80 d2', // 54 mov  x2, #1       WNOHANG,
  '03 00 80 d2', // 58 mov  x3, #0       NULL)
  '01 00 00 d4', // 5c svc  #0
  '1f 00 00 71', // 60 cmp  w0, #0     more?
  '2c ff ff 54', // 64 b.gt reap
  'ec ff ff 17', // 68 b    wait
  '1f 20 03 d5', // 6c nop             (aligns what follows)
  signalSet, //     70
];

const baseAddress = 0x400000;
const headerBytes = 64;
const segmentBytes = 56;

/** An ELF64 executable of one readable and executable segment: header, segment table and code. */
function formatElf(machine: number, instructions: readonly string[]): Buffer {
  const code = Buffer.from(instructions.join('').replaceAll(' ', ''), 'hex');
  const codeOffset = headerBytes + segmentBytes;
  const fileBytes = codeOffset + code.length;

  const header = Buffer.alloc(headerBytes);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // magic, 64 bits, little-endian, version 1
  header.writeUInt16LE(2, 16); // executable
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(1, 20); // version
  header.writeBigUInt64LE(BigInt(baseAddress + codeOffset), 24); // entry
  header.writeBigUInt64LE(BigInt(headerBytes), 32); // offset of the segment table
  header.writeUInt16LE(headerBytes, 52);
  header.writeUInt16LE(segmentBytes, 54);
  header.writeUInt16LE(1, 56); // segments
  header.writeUInt16LE(64, 58); // size of a section header, of which there are none

  const segment = Buffer.alloc(segmentBytes);
  segment.writeUInt32LE(1, 0); // load
  segment.writeUInt32LE(5, 4); // read, execute
  segment.writeBigUInt64LE(BigInt(baseAddress), 16); // virtual address
  segment.writeBigUInt64LE(BigInt(baseAddress), 24); // physical address
  segment.writeBigUInt64LE(BigInt(fileBytes), 32);
  segment.writeBigUInt64LE(BigInt(fileBytes), 40);
  segment.writeBigUInt64LE(0x10000n, 48); // alignment: arm64 has pages of up to 64 KiB

  return Buffer.concat([header, segment, code]);
}
