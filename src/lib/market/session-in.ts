/** Connections of a session are called alike, with a number behind the last point: one replaces the other. */
export const sessionIn = (connection: string): string => connection.replace(/\.\d+$/, '')
