import { execFileSync } from 'node:child_process'
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'

import { workspaceRoot } from '../environment/workspace.ts'

/** What a run ran on: figures of different machines are not compared. */
export interface Machine {
  readonly platform: string
  readonly cpuModel: string
  readonly cores: number
  readonly memoryBytes: number
  readonly node: string
}

export function describeMachine(): Machine {
  return {
    platform: `${platform()} ${release()} ${arch()}`,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
  }
}

/** The commit that is checked out, and whether files differ from it; null outside a git repository. */
export function describeCommit(): { id: string; dirty: boolean } | null {
  try {
    const id = git('rev-parse', 'HEAD').trim()
    return { id, dirty: git('status', '--porcelain') !== '' }
  } catch {
    return null // No repository, no commit yet, or no git: the run is as good without.
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: workspaceRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}
