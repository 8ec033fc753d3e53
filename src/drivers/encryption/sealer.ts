import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { openBox, sealBox } from './secretbox.ts';

/** One key of one provider. What it seals begins with its prefix. */
export interface Sealer {
  /** `k8s:enc:aesgcm:v1:key1:`; empty for what is kept in clear. */
  readonly prefix: string;
  /** Equal for two that open the same. */
  readonly key: Buffer;
  seal(text: Buffer, context: string): Buffer;
  /** Throws for what was sealed with another key, or changed. */
  open(sealed: Buffer, context: string): Buffer;
}

const tooShort = 'the stored data was shorter than the required size';
const gcmNonceSize = 12;
const gcmTagSize = 16;

type GcmName = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';

/**
 * Kubernetes: nonce, ciphertext, tag, with the object's key as authenticated data: a value that is moved to another
 * object's place is not taken for that object's.
 */
export function createAesGcm(name: string, key: Buffer): Sealer {
  const cipherName = `aes-${key.length * 8}-gcm` as GcmName;
  return {
    prefix: `k8s:enc:aesgcm:v1:${name}:`,
    key,
    seal(text, context) {
      const nonce = randomBytes(gcmNonceSize);
      const cipher = createCipheriv(cipherName, key, nonce).setAAD(Buffer.from(context));
      return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, context) {
      if (sealed.length < gcmNonceSize + gcmTagSize) throw new Error(tooShort);
      const decipher = createDecipheriv(cipherName, key, sealed.subarray(0, gcmNonceSize))
        .setAAD(Buffer.from(context))
        .setAuthTag(sealed.subarray(-gcmTagSize));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(gcmNonceSize, -gcmTagSize)), decipher.final()]);
      } catch (error) {
        throw new Error('cipher: message authentication failed', { cause: error });
      }
    },
  };
}

const blockSize = 16;

/** Kubernetes: initialisation vector, ciphertext with PKCS#7 padding. Nothing shows whether it was changed. */
export function createAesCbc(name: string, key: Buffer): Sealer {
  const cipherName = `aes-${key.length * 8}-cbc`;
  return {
    prefix: `k8s:enc:aescbc:v1:${name}:`,
    key,
    seal(text) {
      const vector = randomBytes(blockSize);
      const cipher = createCipheriv(cipherName, key, vector);
      return Buffer.concat([vector, cipher.update(text), cipher.final()]);
    },
    open(sealed) {
      if (sealed.length < 2 * blockSize) throw new Error(tooShort);
      const decipher = createDecipheriv(cipherName, key, sealed.subarray(0, blockSize));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(blockSize)), decipher.final()]);
      } catch (error) {
        throw new Error('invalid padding on input', { cause: error });
      }
    },
  };
}

const boxNonceSize = 24;

/** Kubernetes: nonce, then NaCl's secretbox. */
export function createSecretbox(name: string, key: Buffer): Sealer {
  return {
    prefix: `k8s:enc:secretbox:v1:${name}:`,
    key,
    seal(text) {
      const nonce = randomBytes(boxNonceSize);
      return Buffer.concat([nonce, sealBox(text, nonce, key)]);
    },
    open(sealed) {
      if (sealed.length < boxNonceSize) throw new Error(tooShort);
      const text = openBox(sealed.subarray(boxNonceSize), sealed.subarray(0, boxNonceSize), key);
      if (text === undefined) throw new Error('output array was not large enough for encryption');
      return text;
    },
  };
}
