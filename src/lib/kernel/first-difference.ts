/** The first field in which two JSON values differ, by its path; null when they are the same. An absent field and undefined are the same. */
export function firstDifference(
  recorded: unknown,
  said: unknown,
  path = '',
): { field: string; recorded: unknown; said: unknown } | null {
  if (recorded === said || (Number.isNaN(recorded) && Number.isNaN(said))) return null
  if (!isTree(recorded) || !isTree(said) || Array.isArray(recorded) !== Array.isArray(said))
    return { field: path, recorded, said }
  for (const key of new Set([...Object.keys(said), ...Object.keys(recorded)])) {
    const difference = firstDifference(recorded[key], said[key], path === '' ? key : `${path}.${key}`)
    if (difference !== null) return difference
  }
  return null
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
