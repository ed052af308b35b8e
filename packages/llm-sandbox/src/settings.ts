import { SettingError, required, text, wholeNumber } from '@proving-ground/core-harness/service'
import type { Variables } from '@proving-ground/core-harness/service'
import { isPositive, parseDistribution } from './delivery/distribution.ts'
import type { Distribution } from './delivery/distribution.ts'
import { FAULT_GRAMMAR, parseFaultShares } from './delivery/fault.ts'
import { DEFAULT_OPTIONS } from './options.ts'
import type { SandboxOptions } from './options.ts'

export const USAGE = `Usage: node packages/llm-sandbox/src/server.ts [--help]

A server that speaks the API of OpenAI and invents its answers. When it serves, it writes one
line of JSON: {"listening": "http://127.0.0.1:4711", "processId": 42}. Clients take that URL
with /v1 behind it.

  LLM_API_KEY             what callers show; has to be set
  LLM_SEED                what answers, latency and faults are made of; 1
  LLM_TTFT_MS             time to the first token: 200, or lognormal:200:0.5 (median, sigma); 0
  LLM_TOKENS_PER_SECOND   50, or lognormal:50:0.2; all at once when it is not set
  LLM_ANSWER_TOKENS       how long an answer is that nothing cuts; lognormal:48:0.5
  LLM_FAULTS              parts of all requests: 0.05 status=429; retry-after=1 | 0.01 cut-after=3
  LLM_MOST_UNDER_WAY      answers at once; one more is refused with 503; 4096
  HOST, PORT              where it listens; 127.0.0.1, and a free port
  SERVICE_BODY_LIMIT_BYTES, SERVICE_STOP_WITHIN_MS   as every service; 16 MiB, 5 s

A fault is ${FAULT_GRAMMAR}.
A caller on the same machine orders one for its request with the header x-sandbox-fault.
`

/** @throws SettingError for a variable that is missing, or holds something else */
export function readOptions(variables: Variables): SandboxOptions {
  // Both are shown in the same header.
  for (const name of ['SERVICE_TOKEN', 'SERVICE_TOKEN_FILE'])
    if (text(variables, name) !== undefined)
      throw new SettingError(name, 'it is set', 'is not for this service: LLM_API_KEY is what callers show')
  return {
    ...DEFAULT_OPTIONS,
    apiKey: required(variables, 'LLM_API_KEY', 'takes the key that callers show'),
    seed: wholeNumber(variables, 'LLM_SEED', { least: 0, most: 999_999_999, otherwise: DEFAULT_OPTIONS.seed }),
    timeToFirstTokenMs: distribution(variables, 'LLM_TTFT_MS') ?? DEFAULT_OPTIONS.timeToFirstTokenMs,
    tokensPerSecond: distribution(variables, 'LLM_TOKENS_PER_SECOND', { isZeroAllowed: false }),
    answerTokens: distribution(variables, 'LLM_ANSWER_TOKENS') ?? DEFAULT_OPTIONS.answerTokens,
    faults: faults(variables),
    mostUnderWay: wholeNumber(variables, 'LLM_MOST_UNDER_WAY', {
      least: 1,
      most: 1_000_000,
      otherwise: DEFAULT_OPTIONS.mostUnderWay,
    }),
  }
}

function distribution(variables: Variables, name: string, { isZeroAllowed = true } = {}): Distribution | undefined {
  const value = text(variables, name)
  if (value === undefined) return undefined
  const found = parseDistribution(value)
  if (found && (isZeroAllowed || isPositive(found))) return found
  throw new SettingError(
    name,
    `"${value}" is not a distribution that it can have`,
    `takes a number${isZeroAllowed ? '' : ' above 0'}, or lognormal:<median>:<sigma>`,
  )
}

function faults(variables: Variables): SandboxOptions['faults'] {
  const value = text(variables, 'LLM_FAULTS')
  if (value === undefined) return []
  const found = parseFaultShares(value)
  if (found) return found
  throw new SettingError(
    'LLM_FAULTS',
    `"${value}" is no list of faults whose shares make at most 1`,
    'takes for example: 0.05 status=429; retry-after=1 | 0.01 cut-after=3',
  )
}
