import { expect, test } from '@jest/globals'
import { join } from 'node:path'

import { homeDirectory } from '../../src/environment/workspace.ts'
import { checkCommand, reproduceCommand } from '../../src/guarantee/reproduce.ts'

test('the command that runs a test again has its seed and its adapter, where it has some', () => {
  const test = { contract: 'cache', level: 'L4', id: 'cache.sla.x' } as const
  expect(reproduceCommand({ ...test, seed: 7 }, { ADAPTER: './mine.ts' })).toBe(
    'HARNESS_SEED=7 ADAPTER=./mine.ts npx nx run cache:l4 --testNamePattern cache.sla.x',
  )
  expect(reproduceCommand(test, {})).toBe('npx nx run cache:l4 --testNamePattern cache.sla.x')
})

test('the command that judges again has the options, as a shell takes them', () => {
  const file = join(homeDirectory, '.proving-ground/runs/x/histories/a b.jsonl')
  expect(checkCommand(file, 'bank', { total: 100, name: "it's", list: [1], absent: undefined })).toBe(
    String.raw`npx harness check '.proving-ground/runs/x/histories/a b.jsonl' --checker bank --option total=100 --option 'name=it'\''s' --option 'list=[1]'`,
  )
  expect(checkCommand('/elsewhere/a.jsonl', 'bank', {})).toBe('npx harness check /elsewhere/a.jsonl --checker bank')
})
