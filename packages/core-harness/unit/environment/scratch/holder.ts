export * from '../../../bench/scratch/holder.ts'
