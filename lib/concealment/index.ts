// Decoys: answers that hide which usernames exist.
export { Decoys } from './decoys.ts'
