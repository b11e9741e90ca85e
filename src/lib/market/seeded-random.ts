/** State of a generator of chance: four 32-bit integers. Plain JSON; drawing changes it. */
export type SeededRandom = { a: number; b: number; c: number; d: number }

/** The same draws for the same seed on every machine. The seed is any safe integer. */
export function seedRandom(seed: number): SeededRandom {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a safe whole number, found ${seed}`)
  const random = { a: seed | 0, b: Math.floor(seed / 4_294_967_296) | 0, c: 0x9e3779b9 | 0, d: 1 }
  for (let i = 0; i < 15; i++) drawInteger(random)
  return random
}

/** The next integer of 0 .. 2^32 - 1. sfc32 by Chris Doty-Humphrey (PractRand): 32-bit additions, shifts and a rotation. */
export function drawInteger(random: SeededRandom): number {
  const sum = (((random.a + random.b) | 0) + random.d) | 0
  random.d = (random.d + 1) | 0
  random.a = random.b ^ (random.b >>> 9)
  random.b = (random.c + (random.c << 3)) | 0
  random.c = (((random.c << 21) | (random.c >>> 11)) + sum) | 0
  return sum >>> 0
}

/** The next integer of 0 .. count - 1. */
export const drawBelow = (random: SeededRandom, count: number): number => drawInteger(random) % count

/** The next step of a walk: the sum of 32 coins of -1/2 and +1/2, so -16 .. 16 with standard deviation 2.83. */
export function drawStep(random: SeededRandom): number {
  let bits = drawInteger(random)
  bits -= (bits >>> 1) & 0x55555555
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return (Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24) - 16
}
