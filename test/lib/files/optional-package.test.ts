import { expect, test } from 'vitest'
import { optionalPackage } from '#lib/files/optional-package.ts'

const loaded = (name: string) => optionalPackage(name, 'it is not installed', 'npm install it')

test('a package that is not there is told with how to get it', async () => {
  await expect(loaded('there-is-no-such-package')).rejects.toMatchObject({
    message: 'it is not installed',
    hint: 'npm install it',
  })
  expect(await loaded('zod')).toHaveProperty('z')
})

test('the one-file binary, for which every name is that of a module of Node, says that it loads none', async () => {
  await expect(loaded('node:duckdb')).rejects.toMatchObject({
    message: 'the one-file binary cannot load node:duckdb',
    hint: 'use trader from a checkout',
  })
})
