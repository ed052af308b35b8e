const FUNCTION_WORDS = new Set(
  (
    'a an the this that these those i me my we us our you your it its is are am be been do does did have has had can ' +
    'could would should will may might shall of in on at to for with by as and or if so there here what which who ' +
    'whom how when where why please kindly thanks thank hi hello hey just really actually exactly simply tell know ' +
    's t d m re ve ll'
  ).split(' '),
)

/** Whether an English word, in lower case, carries the sentence and little of what it asks. */
export function isFunctionWord(word: string): boolean {
  return FUNCTION_WORDS.has(word)
}
