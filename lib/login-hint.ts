/**
 * One form for all spellings of a username, to count by and never to send: what differs in case,
 * spaces, invisible characters or Unicode form counts as the same user.
 */
export function normalise(loginHint: string): string {
  return fold(fold(loginHint))
}

/** Upper case before lower case folds letters such as "ß" and "ſ". Unicode 16.0, §3.13.3 */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Default_Ignorable_Code_Point}]/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
}
