/** What oclif says of arguments and flags, in one line and without its advice. */
export const parseMessage = (message: string): string =>
  message
    .replace(/\n\s*\nNote: [\s\S]*$/, '')
    .replace(/\nSee more help with --help$/, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/ {2,}/g, ' ')
