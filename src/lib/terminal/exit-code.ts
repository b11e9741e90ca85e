/** What a command's exit code says; docs/exit-codes.md has the table. */
export const exitCode = { ok: 0, failed: 1, usage: 2 } as const
