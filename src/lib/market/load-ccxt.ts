import { optionalPackage } from '#lib/files/optional-package.ts'
import { UserError } from '#lib/terminal/user-error.ts'

const ccxtVersion = '4.5.84'
const packageName = 'ccxt'

/** The exchanges of ccxt by their ids, as it is published; it is not installed with trader. Throws a UserError where it is missing, or has no such exchange. */
export async function loadCcxt<E>(id: string): Promise<new (options: object) => E> {
  const { default: ccxt } = await optionalPackage<Library<E>>(
    packageName,
    'ccxt is not installed',
    `npm install ${packageName}@${ccxtVersion}`,
  )
  const { pro } = ccxt
  const Exchange = Object.hasOwn(pro, id) ? pro[id] : undefined
  if (Exchange !== undefined) return Exchange
  throw new UserError(`ccxt listens to no exchange ${JSON.stringify(id)}`, {
    hint: `it listens to ${Object.keys(pro).slice(0, 8).join(', ')} and ${Object.keys(pro).length - 8} more`,
  })
}

type Library<E> = { readonly default: { readonly pro: Readonly<Record<string, new (options: object) => E>> } }

/** Its addresses of one exchange, at another host. */
export function movedTo(address: unknown, wsUrl: string | undefined, restUrl: string | undefined): unknown {
  if (typeof address === 'string') {
    const host = address.startsWith('ws') ? wsUrl : restUrl
    return host === undefined ? address : address.replace(/^[a-z]+:\/\/[^/]+/, host.replace(/\/$/, ''))
  }
  if (typeof address !== 'object' || address === null) return address
  return Object.fromEntries(Object.entries(address).map(([name, one]) => [name, movedTo(one, wsUrl, restUrl)]))
}
