/** Writes the few forms of DER (ITU-T X.690) that a certificate needs. Nothing here reads: what others wrote is read by OpenSSL. */

const form = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.from([length])
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

export const derSequence = (...parts: readonly Uint8Array[]): Buffer => form(0x30, ...parts)
export const derSet = (...parts: readonly Uint8Array[]): Buffer => form(0x31, ...parts)
export const derOctets = (bytes: Uint8Array): Buffer => form(0x04, bytes)
export const derText = (text: string): Buffer => form(0x0c, Buffer.from(text, 'utf8'))
export const derTrue = Buffer.from([0x01, 0x01, 0xff])

/** A whole number that is not negative, from its big-endian bytes. */
export function derInteger(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const rest = bytes.subarray(start)
  return form(0x02, ((rest[0] as number) & 0x80) === 0 ? rest : Buffer.concat([Buffer.from([0]), rest]))
}

/** `unused` is how many bits at the end do not count. */
export const derBits = (bytes: Uint8Array, unused = 0): Buffer => form(0x03, Buffer.from([unused]), bytes)

/** An object identifier like `2.5.29.17`. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return form(0x06, Buffer.from(bytes))
}

/** UTC, to the second: two digits of the year up to 2049, four from then on (RFC 5280, 4.1.2.5). */
export function derTime(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '')
  return at.getUTCFullYear() < 2050 ? form(0x17, Buffer.from(digits.slice(2))) : form(0x18, Buffer.from(digits))
}

/** Context-specific: `constructed` wraps whole forms, else the bytes stand for themselves. */
export const derTagged = (number: number, bytes: Uint8Array, constructed = true): Buffer =>
  form((constructed ? 0xa0 : 0x80) | number, bytes)
