/** A UTC day in microseconds. */
export const dayMicros = 86_400_000_000
