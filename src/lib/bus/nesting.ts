/** Do the brackets of a JSON text nest deeper than that? Looks at the text alone, so that it can be asked before parsing. */
export function nestsBeyond(text: string, most: number): boolean {
  return openings(text, '{', most) + openings(text, '[', most) > most && depthOf(text) > most
}

// Few brackets cannot nest deeply, and they are quickly counted.
function openings(text: string, bracket: string, most: number): number {
  let count = 0
  for (let at = text.indexOf(bracket); at >= 0 && count <= most; at = text.indexOf(bracket, at + 1)) count++
  return count
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isInText = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isInText) {
      if (code === 92) i++
      else if (code === 34) isInText = false
    } else if (code === 34) isInText = true
    else if (code === 123 || code === 91) deepest = Math.max(deepest, ++depth)
    else if (code === 125 || code === 93) depth--
  }
  return deepest
}
