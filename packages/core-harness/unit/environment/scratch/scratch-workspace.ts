export * from '../../../bench/scratch/scratch-workspace.ts'
