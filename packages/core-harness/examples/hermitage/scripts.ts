import type { Script } from './script.ts'

/** The anomalies, from the gravest on. At the begin row 1 holds 10 and row 2 holds 20. */
export const SCRIPTS: readonly Script[] = [
  {
    name: 'G0',
    title: 'write cycle',
    story: 'T1 and T2 both write both rows. One row is left as T1 wrote it, and the other as T2 did.',
    steps: [
      'T1: UPDATE item SET value = 11 WHERE id = 1',
      'T2: UPDATE item SET value = 12 WHERE id = 1',
      'T1: UPDATE item SET value = 21 WHERE id = 2',
      'T1: COMMIT',
      'T2: UPDATE item SET value = 22 WHERE id = 2',
      'T2: COMMIT',
    ],
    happened: ({ committed, final: [one = 0, two = 0] }) => committed('T1', 'T2') && one % 10 !== two % 10,
  },
  {
    name: 'G1a',
    title: 'aborted read',
    story: 'T2 reads what T1 wrote, and T1 takes it back.',
    steps: [
      'T1: UPDATE item SET value = 101 WHERE id = 1',
      'T2: SELECT value FROM item WHERE id = 1',
      'T1: ROLLBACK',
      'T2: COMMIT',
    ],
    happened: ({ committed, reads }) => committed('T2') && reads('T2').flat().includes(101),
  },
  {
    name: 'G1b',
    title: 'intermediate read',
    story: 'T2 reads what T1 wrote and writes over before it commits.',
    steps: [
      'T1: UPDATE item SET value = 101 WHERE id = 1',
      'T2: SELECT value FROM item WHERE id = 1',
      'T1: UPDATE item SET value = 11 WHERE id = 1',
      'T1: COMMIT',
      'T2: COMMIT',
    ],
    happened: ({ committed, reads }) => committed('T1', 'T2') && reads('T2').flat().includes(101),
  },
  {
    name: 'G1c',
    title: 'circular information flow',
    story: 'T1 reads what T2 wrote, and T2 reads what T1 wrote.',
    steps: [
      'T1: UPDATE item SET value = 11 WHERE id = 1',
      'T2: UPDATE item SET value = 22 WHERE id = 2',
      'T1: SELECT value FROM item WHERE id = 2',
      'T2: SELECT value FROM item WHERE id = 1',
      'T1: COMMIT',
      'T2: COMMIT',
    ],
    happened: ({ committed, reads }) =>
      committed('T1', 'T2') && reads('T1').flat().includes(22) && reads('T2').flat().includes(11),
  },
  {
    name: 'OTV',
    title: 'observed transaction vanishes',
    story: 'T3 sees what T2 wrote over T1, and then still sees what T1 wrote in the other row.',
    steps: [
      'T1: UPDATE item SET value = 11 WHERE id = 1',
      'T1: UPDATE item SET value = 21 WHERE id = 2',
      'T2: UPDATE item SET value = 12 WHERE id = 1',
      'T1: COMMIT',
      'T3: SELECT value FROM item WHERE id = 1',
      'T2: UPDATE item SET value = 22 WHERE id = 2',
      'T3: SELECT value FROM item WHERE id = 2',
      'T2: COMMIT',
      'T3: SELECT value FROM item WHERE id = 2',
      'T3: SELECT value FROM item WHERE id = 1',
      'T3: COMMIT',
    ],
    happened({ committed, reads }) {
      const seen = reads('T3').flat()
      const firstOfT2 = seen.findIndex((value) => value % 10 === 2)
      return committed('T1', 'T2', 'T3') && firstOfT2 >= 0 && seen.slice(firstOfT2).some((value) => value % 10 === 1)
    },
  },
  {
    name: 'P2',
    title: 'nonrepeatable read',
    story: 'T1 reads a row twice, and T2 has changed it in between.',
    steps: [
      'T1: SELECT value FROM item WHERE id = 1',
      'T2: UPDATE item SET value = 11 WHERE id = 1',
      'T2: COMMIT',
      'T1: SELECT value FROM item WHERE id = 1',
      'T1: COMMIT',
    ],
    happened: ({ committed, reads }) => committed('T1', 'T2') && reads('T1').flat().join() === '10,11',
  },
  {
    name: 'PMP',
    title: 'phantom',
    story: 'T1 asks for multiples of three and gets none. T2 adds one, and T1 asks again and gets it.',
    steps: [
      'T1: SELECT value FROM item WHERE value % 3 = 0',
      'T2: INSERT INTO item VALUES (3, 30)',
      'T2: COMMIT',
      'T1: SELECT value FROM item WHERE value % 3 = 0',
      'T1: COMMIT',
    ],
    happened: ({ committed, reads }) => committed('T1', 'T2') && reads('T1').flat().includes(30),
  },
  {
    name: 'P4',
    title: 'lost update',
    story: 'T1 and T2 both read 10, and each writes what it makes of it. What T1 wrote is lost.',
    steps: [
      'T1: SELECT value FROM item WHERE id = 1',
      'T2: SELECT value FROM item WHERE id = 1',
      'T1: UPDATE item SET value = 11 WHERE id = 1',
      'T2: UPDATE item SET value = 12 WHERE id = 1',
      'T1: COMMIT',
      'T2: COMMIT',
    ],
    happened: ({ committed, final }) => committed('T1', 'T2') && final[0] === 12,
  },
  {
    name: 'G-single',
    title: 'read skew',
    story: 'T1 reads one row before T2 changed both, and the other after.',
    steps: [
      'T1: SELECT value FROM item WHERE id = 1',
      'T2: UPDATE item SET value = 12 WHERE id = 1',
      'T2: UPDATE item SET value = 18 WHERE id = 2',
      'T2: COMMIT',
      'T1: SELECT value FROM item WHERE id = 2',
      'T1: COMMIT',
    ],
    happened: ({ committed, reads }) => committed('T1', 'T2') && reads('T1').flat().join() === '10,18',
  },
  {
    name: 'G2-item',
    title: 'write skew',
    story: 'T1 and T2 both read both rows, and each changes another one, which the other has read.',
    steps: [
      'T1: SELECT value FROM item WHERE id IN (1, 2)',
      'T2: SELECT value FROM item WHERE id IN (1, 2)',
      'T1: UPDATE item SET value = 11 WHERE id = 1',
      'T2: UPDATE item SET value = 21 WHERE id = 2',
      'T1: COMMIT',
      'T2: COMMIT',
    ],
    happened: ({ committed, final: [one, two] }) => committed('T1', 'T2') && one === 11 && two === 21,
  },
  {
    name: 'G2',
    title: 'write skew on a predicate',
    story: 'T1 and T2 both ask for multiples of three and get none, and each adds one.',
    steps: [
      'T1: SELECT value FROM item WHERE value % 3 = 0',
      'T2: SELECT value FROM item WHERE value % 3 = 0',
      'T1: INSERT INTO item VALUES (3, 30)',
      'T2: INSERT INTO item VALUES (4, 42)',
      'T1: COMMIT',
      'T2: COMMIT',
    ],
    happened: ({ committed, final }) => committed('T1', 'T2') && final.length === 4,
  },
]
