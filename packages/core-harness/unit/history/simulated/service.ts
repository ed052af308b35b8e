import type { Json, Operation } from '../../../src/history/operation.ts'
import { seededRandom } from '../../../src/statistics/seeded-random.ts'

export interface Request {
  readonly f: string
  readonly input?: Json
  readonly key?: string
}

/** What a service of a test does. */
export interface Service {
  /** Answers one request at one instant; undefined when it refuses. */
  answer(request: Request, random: () => number): Json | undefined
  /** What clients ask for, as long as they do. */
  ask(random: () => number, asked: number): Request
  /** What is asked at the end, one after the other. */
  finale(): Request[]
}

export interface Simulated {
  readonly clients?: number
  readonly requests?: number
  /** Share of the requests of which the client hears nothing more; half of them have happened. */
  readonly unheardShare?: number
}

interface Planned {
  readonly request: Request
  readonly process: number
  readonly invokedNs: number
  readonly effectNs: number
  readonly completedNs: number
  readonly isUnheard: boolean
}

/** The history of a few clients who all ask a service at once, on a virtual clock. The same seed gives the same history. */
export function simulate(
  seed: number,
  service: Service,
  { clients = 4, requests = 60, unheardShare = 0.05 }: Simulated = {},
): Operation[] {
  const random = seededRandom(seed)
  const some = (): number => 1 + Math.floor(random() * 1_000_000)
  const freeNs = Array.from({ length: clients }, () => 0)
  const processes = Array.from({ length: clients }, (_, client) => client)
  let nextProcess = clients
  const planned: Planned[] = []
  for (let asked = 0; asked < requests; asked++) {
    const client = freeNs.indexOf(Math.min(...freeNs))
    const invokedNs = Number(freeNs[client]) + some()
    const effectNs = invokedNs + some()
    const completedNs = effectNs + some()
    const isUnheard = random() < unheardShare
    planned.push({
      request: service.ask(random, asked),
      process: Number(processes[client]),
      ...{ invokedNs, effectNs, completedNs, isUnheard },
    })
    freeNs[client] = completedNs
    if (isUnheard) processes[client] = nextProcess++
  }
  const answers = new Map<Planned, Json | undefined>()
  for (const one of planned.toSorted((a, b) => a.effectNs - b.effectNs))
    if (!one.isUnheard || random() < 0.5) answers.set(one, service.answer(one.request, random))
  let atNs = Math.max(...freeNs)
  for (const request of service.finale()) {
    const times = { invokedNs: atNs + 1e6, effectNs: atNs + 2e6, completedNs: atNs + 3e6 }
    const one: Planned = { request, process: nextProcess, isUnheard: false, ...times }
    planned.push(one)
    answers.set(one, service.answer(request, random))
    atNs += 3e6
  }
  return planned
    .toSorted((a, b) => a.invokedNs - b.invokedNs)
    .map((one, index) => operationOf(one, index, answers.get(one)))
}

function operationOf(one: Planned, index: number, answer: Json | undefined): Operation {
  const { request, process, invokedNs, completedNs, isUnheard } = one
  const outcome = isUnheard ? 'info' : answer === undefined ? 'fail' : 'ok'
  return {
    ...{ index, process, outcome, invokedNs, completedNs },
    f: request.f,
    ...(request.key !== undefined && { key: request.key }),
    input: request.input ?? null,
    output: outcome === 'ok' ? (answer ?? null) : null,
  }
}
