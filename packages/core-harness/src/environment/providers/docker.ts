import { messageOf } from '../errors.ts'
import { askEngine, describeAddress, engineAddress } from './docker-engine.ts'

const ANSWER_WITHIN_MS = 3_000
/** Where no registry can be reached, its name is often not found at once; where packets are dropped, this is the wait. */
const REGISTRY_WITHIN_MS = 5_000

export type DockerAnswer =
  | { readonly image: string; readonly why: string; readonly obstacle?: undefined }
  | { readonly obstacle: string; readonly remedy: string }

/**
 * Asks the Docker daemon which image it can run: it has it, or its registry does.
 *
 * Speaks the Engine API directly, because this is asked before anything else and has to be quick where there is no daemon.
 *
 * @param builtImage what docker/build.sh makes in place of `image`; taken where the daemon has it and not `image`, without
 *   asking a registry: who has built it could not pull, and must not get another server as the network comes and goes
 */
export async function askDocker(image: string, builtImage?: string): Promise<DockerAnswer> {
  let address = 'DOCKER_HOST'
  try {
    address = describeAddress(engineAddress())
    const { status } = await askEngine('GET', '/_ping', ANSWER_WITHIN_MS)
    if (status !== 200) throw new Error(`it answered with status ${status}`)
  } catch (error) {
    return {
      obstacle: `no Docker daemon answers at ${address} (${messageOf(error)})`,
      remedy: 'Start Docker, or set DOCKER_HOST.',
    }
  }
  try {
    if (await hasImage(image)) return { image, why: `the Docker daemon has ${image}` }
    if (builtImage !== undefined && (await hasImage(builtImage)))
      return { image: builtImage, why: `the Docker daemon has ${builtImage} of docker/build.sh, and not ${image}` }
  } catch (error) {
    return {
      obstacle: `the Docker daemon at ${address} does not tell its images (${messageOf(error)})`,
      remedy: 'Restart Docker.',
    }
  }
  try {
    const { status, body } = await askEngine(
      'GET',
      `/distribution/${encodeURIComponent(image)}/json`,
      REGISTRY_WITHIN_MS,
    )
    if (status === 200) return { image, why: `the Docker daemon can pull ${image}` }
    throw new Error(messageIn(body) || `status ${status}`)
  } catch (error) {
    return {
      obstacle: `the Docker daemon has no image ${image} and cannot pull it (${messageOf(error)})`,
      remedy: `docker pull ${image}${builtImage === undefined ? '' : `, or docker/build.sh, which makes ${builtImage}`}`,
    }
  }
}

/** @throws Error when the daemon does not answer, or neither yes nor no */
async function hasImage(image: string): Promise<boolean> {
  const { status, body } = await askEngine('GET', `/images/${encodeURIComponent(image)}/json`, ANSWER_WITHIN_MS)
  if (status !== 200 && status !== 404) throw new Error(messageIn(body) || `status ${status}`)
  return status === 200
}

function messageIn(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? body).slice(0, 300)
  } catch {
    return body.slice(0, 300) // Something between us and the daemon answered in its own words.
  }
}
