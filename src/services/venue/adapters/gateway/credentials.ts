import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { UserError } from '#lib/terminal/user-error.ts'
import { jsonOf } from './json-of.ts'
import type { RealVenueConfig } from './real-venue-config.ts'

/** What requests are signed with. It has no text: nothing that prints it prints the secret. */
export class Credentials {
  readonly #apiKey: string
  readonly #secret: string
  readonly #password: string | null

  constructor(apiKey: string, secret: string, password: string | null = null) {
    this.#apiKey = apiKey
    this.#secret = secret
    this.#password = password
  }

  get apiKey(): string {
    return this.#apiKey
  }

  get secret(): string {
    return this.#secret
  }

  /** Of a key, where an exchange of ccxt gives it one. */
  get password(): string | null {
    return this.#password
  }

  toJSON(): string {
    return 'credentials'
  }
}

const KeyFile = z.strictObject({
  apiKey: z.string().min(8).max(256),
  secret: z.string().min(8).max(256),
  password: z.string().max(256).optional(),
})

type Variables = readonly [apiKey: string, secret: string, ...password: string[]]
const ofBinance: Variables = ['BINANCE_API_KEY', 'BINANCE_API_SECRET']
const variables: Readonly<Record<RealVenueConfig['kind'], Variables>> = {
  binance: ofBinance,
  'binance-usdm': ofBinance,
  deribit: ['DERIBIT_CLIENT_ID', 'DERIBIT_CLIENT_SECRET'],
  ccxt: ['CCXT_API_KEY', 'CCXT_API_SECRET', 'CCXT_PASSWORD'],
}

/** The variables that hold them: for no process but the one that speaks with the exchange. */
export const secretVariables: readonly string[] = Object.values(variables).flat()

/** From the environment, else from a file that only its owner can read. Throws a UserError that says nothing of what is in it. [G17] */
export function readCredentials(
  environment: NodeJS.ProcessEnv,
  { kind, keyFile: file }: Pick<RealVenueConfig, 'kind' | 'keyFile'>,
): Credentials {
  const [keyName, secretName, passwordName] = variables[kind]
  const [apiKey, secret] = [environment[keyName], environment[secretName]]
  const password = (passwordName && environment[passwordName]) || null
  if (apiKey && secret) return new Credentials(apiKey, secret, password)
  const hint = `set ${keyName} and ${secretName}, or venue.keyFile: {"apiKey": …, "secret": …}, mode 0600`
  if (file === undefined) throw new UserError('there is no key to trade with', { hint })
  let text: string
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new UserError('others may read it', { file, hint: `chmod 600 ${file}` })
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`cannot be read: ${(error as NodeJS.ErrnoException).code}`, { file, hint })
  }
  const parsed = KeyFile.safeParse(jsonOf(text))
  if (!parsed.success) throw new UserError('holds no {"apiKey", "secret"}', { file })
  return new Credentials(parsed.data.apiKey, parsed.data.secret, parsed.data.password ?? password)
}
